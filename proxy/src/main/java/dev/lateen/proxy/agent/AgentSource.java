package dev.lateen.proxy.agent;

import dev.lateen.proxy.admin.Page;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The proxy that the agent tells of and may end. Called on event loops; nothing blocks. */
public interface AgentSource {
    /** Whether listeners and clusters came and all of it is in force. */
    boolean isReady();

    /**
     * What Prometheus is told of the proxy and of what it does of Istio's agent; written on a thread of its own.
     *
     * @param query as the admin interface knows it
     * @throws IllegalArgumentException for a query that makes no sense
     */
    Page metrics(Map<String, String> query);

    /** The names by which the application's DNS questions are answered, as JSON; null if there are none. */
    default @Nullable Page names() {
        return null;
    }

    /** From now on the answers to requests tell clients to leave; new ones are taken all the same, until the process ends. */
    void drain();

    /** Ends the process at once, without draining. */
    void quit();
}
