package dev.lateen.api.xds;

import java.util.Optional;

/**
 * Istio's name of a proxy: {@code sidecar~10.1.2.3~reviews-v1-abc.default~default.svc.cluster.local}.
 *
 * @param role what the proxy is for
 * @param address the workload's IP address
 * @param workload the pod, or another name for the workload
 * @param namespace the namespace
 * @param domain the DNS domain of the namespace
 */
public record NodeId(Role role, String address, String workload, String namespace, String domain) {
    /** What a proxy is for. */
    public enum Role {
        /** Beside a workload. */
        SIDECAR("sidecar"),
        /** A gateway. */
        ROUTER("router"),
        /** A waypoint of ambient mode. */
        WAYPOINT("waypoint"),
        /** A proxy of a node in ambient mode. */
        ZTUNNEL("ztunnel");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        /** The word in the id. */
        public String word() {
            return word;
        }

        private static Optional<Role> of(String word) {
            for (Role role : values()) {
                if (role.word.equals(word)) {
                    return Optional.of(role);
                }
            }
            return Optional.empty();
        }
    }

    /** The id of a proxy in Kubernetes' usual domain. */
    public static NodeId of(Role role, String address, String workload, String namespace) {
        return new NodeId(role, address, workload, namespace, namespace + ".svc.cluster.local");
    }

    /** Reads {@link #toString}'s form; empty if {@code id} is anything else. */
    public static Optional<NodeId> parse(String id) {
        String[] parts = id.split("~", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        int dot = parts[2].lastIndexOf('.');
        if (dot <= 0 || dot == parts[2].length() - 1 || parts[1].isEmpty()) {
            return Optional.empty();
        }
        String workload = parts[2].substring(0, dot);
        String namespace = parts[2].substring(dot + 1);
        return Role.of(parts[0]).map(role -> new NodeId(role, parts[1], workload, namespace, parts[3]));
    }

    @Override
    public String toString() {
        return role.word + "~" + address + "~" + workload + "." + namespace + "~" + domain;
    }
}
