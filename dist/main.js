// Started for the role "main"; index.js reads it from the name of this file.
import './index.js'
