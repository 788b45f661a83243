package dev.lateen.proxy.policy;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.RequestHead;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A compiled permission or principal. */
interface Condition {
    /** @param why is told what did not hold; null when nobody asks */
    boolean holds(Subject subject, @Nullable List<String> why);

    /**
     * Who asks for what.
     *
     * @param client the trusted client's address, null when it is not an IP address
     * @param request null for a TCP connection: then headers are missing and there is no path, as for Envoy's network filter
     * @param metadata dynamic metadata by namespace
     */
    record Subject(
            ConnectionFacts connection,
            @Nullable InetAddress client,
            @Nullable RequestHead request,
            Map<String, ?> metadata) {}

    static Condition allOf(List<Condition> parts) {
        Condition[] all = parts.toArray(Condition[]::new);
        return all.length == 1
                ? all[0]
                : (subject, why) -> {
                    for (Condition part : all) {
                        if (!part.holds(subject, why)) {
                            return false;
                        }
                    }
                    return true;
                };
    }

    static Condition anyOf(List<Condition> parts) {
        Condition[] all = parts.toArray(Condition[]::new);
        return all.length == 1
                ? all[0]
                : (subject, why) -> {
                    int told = why == null ? 0 : why.size();
                    for (Condition part : all) {
                        if (part.holds(subject, why)) {
                            if (why != null) {
                                why.subList(told, why.size()).clear();
                            }
                            return true;
                        }
                    }
                    return false;
                };
    }
}
