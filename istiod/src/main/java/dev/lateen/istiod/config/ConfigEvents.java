package dev.lateen.istiod.config;

import dev.lateen.api.yaml.Problem;
import dev.lateen.istiod.input.ConfigChange;
import java.util.List;

/** Learns what becomes of edits; called from the source's thread; must not block it for long. */
public interface ConfigEvents {
    /** Nobody listens. */
    ConfigEvents NONE = new ConfigEvents() {};

    /** An edit is in force. */
    default void changed(ConfigChange change) {}

    /** Something new is wrong or doubtful; where it is an error, the last good config stays in force. Each is told once. */
    default void problems(List<Problem> problems) {}
}
