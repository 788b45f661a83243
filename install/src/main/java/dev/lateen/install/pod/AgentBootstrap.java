package dev.lateen.install.pod;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What surrounds a proxy in its pod, as Istio's injection template gives it.
 *
 * @param environment variables of the process
 * @param files what is mounted
 * @param interfaces addresses by the name of their network interface, without loopback and link-local ones
 */
public record AgentBootstrap(Map<String, String> environment, PodFiles files, Map<String, List<String>> interfaces) {
    /** Copies the maps. */
    public AgentBootstrap {
        environment = Map.copyOf(environment);
        interfaces = new LinkedHashMap<>(interfaces);
    }

    /** Of this process. @param root where the mounted files are; {@code /} in a pod */
    public static AgentBootstrap ofProcess(Path root) {
        return new AgentBootstrap(System.getenv(), PodFiles.under(root), addresses());
    }

    private static Map<String, List<String>> addresses() {
        Map<String, List<String>> addresses = new LinkedHashMap<>();
        try {
            NetworkInterface.networkInterfaces()
                    .forEach(each -> addresses.put(
                            each.getName(),
                            each.inetAddresses()
                                    .filter(AgentBootstrap::isOfThePod)
                                    .map(AgentBootstrap::text)
                                    .toList()));
        } catch (SocketException e) {
            // The pod's own address is a variable; these are the others.
            addresses.clear();
        }
        return addresses;
    }

    private static boolean isOfThePod(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress();
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return scope < 0 ? text : text.substring(0, scope);
    }
}
