import './base.css';
import './preferences.css';
import './notifications.css';
