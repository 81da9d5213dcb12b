import './base.css';
import './analysis.css';
import './preferences.css';
import './notifications.css';
import './avatar.css';
import './presence.css';
import './activity.css';
import './comments.css';
