package dev.lateen.istiod.model;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Host names as Istio compares them: exact, or with a leading {@code *} that stands for anything. */
public final class Hosts {
    private static final String DOMAIN = "svc.cluster.local";

    private Hosts() {}

    /** A name without a dot means a service of the rule's own namespace. */
    public static String resolve(String host, String namespace) {
        boolean complete = host.isEmpty() || host.startsWith("*") || host.indexOf('.') >= 0 || host.indexOf(':') >= 0;
        return complete ? host : host + "." + namespace + "." + DOMAIN;
    }

    /** Whether some name could be meant by both; either may have a wildcard. */
    public static boolean overlap(String one, String other) {
        boolean wildOne = one.startsWith("*");
        boolean wildOther = other.startsWith("*");
        if (wildOne && wildOther) {
            String a = one.substring(1);
            String b = other.substring(1);
            return a.endsWith(b) || b.endsWith(a);
        }
        if (wildOne) {
            return other.endsWith(one.substring(1));
        }
        return wildOther ? one.endsWith(other.substring(1)) : one.equals(other);
    }

    /** Whether everything that {@code inner} means is also meant by {@code outer}. */
    public static boolean within(String inner, String outer) {
        if (!outer.startsWith("*")) {
            return inner.equals(outer);
        }
        String suffix = outer.substring(1);
        return inner.startsWith("*") ? inner.substring(1).endsWith(suffix) : inner.endsWith(suffix);
    }

    /** The most specific of some patterns that covers a host: itself, else the longest wildcard; null if none does. */
    public static @Nullable String mostSpecific(String host, Collection<String> patterns) {
        if (patterns.contains(host)) {
            return host;
        }
        String best = null;
        for (String pattern : patterns) {
            boolean covers = pattern.startsWith("*") && within(host, pattern);
            if (covers && (best == null || pattern.length() > best.length())) {
                best = pattern;
            }
        }
        return best;
    }
}
