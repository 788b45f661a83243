package dev.lateen.install.standin;

import java.util.List;
import java.util.Map;

/**
 * What a stand-in is told at its start.
 *
 * @param podName the pod's name, which the samples answer as their host name
 * @param address the address to listen on: the pod's app address, or its pod address when it has no sidecar
 * @param ports the container's ports; empty takes the original's own
 * @param args the container's arguments (used by tcp-echo only)
 * @param environment the container's variables
 * @param outbound how the container's calls leave the pod
 */
public record StandInBootstrap(
        String podName,
        String address,
        List<Integer> ports,
        List<String> args,
        Map<String, String> environment,
        OutboundPath outbound) {
    /** Copies the collections. */
    public StandInBootstrap {
        ports = List.copyOf(ports);
        args = List.copyOf(args);
        environment = Map.copyOf(environment);
    }

    /**
     * Of this process, in a container on a cluster: it listens on all addresses, and calls by names.
     *
     * @param args what the pod says behind the image's own command
     */
    public static StandInBootstrap ofContainer(List<String> args) {
        return ofContainer(System.getenv(), args);
    }

    /** The same with other variables. */
    static StandInBootstrap ofContainer(Map<String, String> environment, List<String> args) {
        return new StandInBootstrap(
                environment.getOrDefault("HOSTNAME", "unknown"),
                "0.0.0.0",
                List.of(),
                args,
                environment,
                new OutboundPath.ByName());
    }

    String env(String name, String fallback) {
        return environment.getOrDefault(name, fallback);
    }
}
