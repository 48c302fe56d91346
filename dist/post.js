// Started for the role "post"; index.js reads it from the name of this file.
import './index.js'
