package dev.lateen.api.xds;

import java.util.Optional;

/**
 * Istio's name of a cluster, such as {@code outbound|9080|v1|reviews.default.svc.cluster.local} or {@code inbound|9080||}.
 *
 * @param direction the side of the proxy
 * @param port the port of the service; of the workload if inbound
 * @param subset the subset; empty for all
 * @param host the full name of the host; empty if inbound
 */
public record ClusterName(Direction direction, int port, String subset, String host) {
    /** The side of the proxy. */
    public enum Direction {
        /** From the workload to others. */
        OUTBOUND("outbound"),
        /** From others to the workload. */
        INBOUND("inbound");

        private final String word;

        Direction(String word) {
            this.word = word;
        }

        /** The word in the name. */
        public String word() {
            return word;
        }

        private static Optional<Direction> of(String word) {
            return switch (word) {
                case "outbound" -> Optional.of(OUTBOUND);
                case "inbound" -> Optional.of(INBOUND);
                default -> Optional.empty();
            };
        }
    }

    /** All endpoints of a host. */
    public static ClusterName outbound(int port, String host) {
        return new ClusterName(Direction.OUTBOUND, port, "", host);
    }

    /** The endpoints of a subset. */
    public static ClusterName outbound(int port, String subset, String host) {
        return new ClusterName(Direction.OUTBOUND, port, subset, host);
    }

    /** The workload itself. */
    public static ClusterName inbound(int port) {
        return new ClusterName(Direction.INBOUND, port, "", "");
    }

    /** Reads {@link #toString}'s form; empty if {@code name} is anything else, such as {@code BlackHoleCluster}. */
    public static Optional<ClusterName> parse(String name) {
        String[] parts = name.split("\\|", -1);
        return parts.length == 4 ? of(parts[0], parts[1], parts[2], parts[3]) : Optional.empty();
    }

    /** Reads {@link #sni}'s form; empty if {@code sni} is anything else. */
    public static Optional<ClusterName> parseSni(String sni) {
        String[] parts = sni.split("\\.", 4);
        boolean formed =
                parts.length == 4 && parts[0].endsWith("_") && parts[1].endsWith("_") && parts[2].endsWith("_");
        return formed ? of(chop(parts[0]), chop(parts[1]), chop(parts[2]), parts[3]) : Optional.empty();
    }

    private static String chop(String part) {
        return part.substring(0, part.length() - 1);
    }

    private static Optional<ClusterName> of(String direction, String port, String subset, String host) {
        if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int number = Integer.parseInt(port);
        return number > 65535
                ? Optional.empty()
                : Direction.of(direction).map(d -> new ClusterName(d, number, subset, host));
    }

    /** The name that a client of mutual TLS sends, such as {@code outbound_.9080_.v1_.reviews.default.svc.cluster.local}. */
    public String sni() {
        return direction.word + "_." + port + "_." + subset + "_." + host;
    }

    @Override
    public String toString() {
        return direction.word + "|" + port + "|" + subset + "|" + host;
    }
}
