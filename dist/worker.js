// Started for the role "worker"; index.js reads it from the name of this file.
import './index.js'
