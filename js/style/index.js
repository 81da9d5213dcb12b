import './base.css';
import './preferences.css';
