// Started for the role "mount"; index.js reads it from the name of this file.
import './index.js'
