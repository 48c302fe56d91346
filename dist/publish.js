// Started for the role "publish"; index.js reads it from the name of this file.
import './index.js'
