import './base.css';
import './analysis.css';
import './preferences.css';
import './notifications.css';
import './comments.css';
