package dev.lateen.install.pod;

import dev.lateen.api.schema.IpText;
import dev.lateen.proxy.dns.DnsSettings;
import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.names.NameScope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether and where a pod's proxy answers DNS, as Istio's agent takes it from its variables and from {@code /etc/resolv.conf}. Pure but for the files it is given. */
final class PodDns {
    private static final String CAPTURE = "ISTIO_META_DNS_CAPTURE";
    private static final String SERVER = "ISTIO_META_ENABLE_DNS_SERVER";
    private static final String ADDRESS = "DNS_PROXY_ADDR";
    private static final String USUAL_ADDRESS = "localhost:15053";
    private static final Duration USUAL_TIME = Duration.ofSeconds(5);
    private static final int DNS = 53;

    private PodDns() {}

    private static boolean isWanted(PodNode node, PodVariables variables) {
        boolean captured = variables.flag(CAPTURE, false) && node.type().equals("sidecar");
        return captured || variables.flag(SERVER, false);
    }

    /**
     * How it answers; null if it doesn't.
     *
     * @throws IllegalArgumentException for a variable that is wrong
     */
    static @Nullable DnsSettings of(PodNode node, PodVariables variables, PodFiles files) throws IOException {
        if (!isWanted(node, variables)) {
            return null;
        }
        ResolvConf resolver = ResolvConf.of(files);
        return new DnsSettings(
                listen(variables.text(ADDRESS, USUAL_ADDRESS), resolver.addresses()),
                servers(resolver),
                NameScope.of(node.namespace(), node.domain(), resolver.search()),
                variables.flag("DNS_FORWARD_PARALLEL", false),
                variables.duration("DNS_FORWARD_TIMEOUT", USUAL_TIME),
                DnsSettings.Limits.USUAL);
    }

    /** What of all that was given has no effect, in words. */
    static List<String> remarks(PodNode node, PodVariables variables, PodFiles files) throws IOException {
        if (!isWanted(node, variables)) {
            return variables.flag(CAPTURE, false)
                    ? List.of(CAPTURE + " has no effect here: a gateway answers DNS if " + SERVER + " says so")
                    : List.of();
        }
        return servers(ResolvConf.of(files)).isEmpty()
                ? List.of(ResolvConf.PATH + " names no server: names that the mesh does not know are not found")
                : List.of();
    }

    /** The loopback addresses of the families in which the application asks. */
    private static List<InetSocketAddress> listen(String text, List<String> servers) {
        Authority address = Authority.of(text);
        boolean known = address.name().equals("localhost") || IpText.isAddress(address.name());
        if (!known || address.port() == Authority.NO_PORT) {
            throw new IllegalArgumentException(ADDRESS + ": " + text + " (expected: localhost:PORT or ADDRESS:PORT)");
        }
        if (!address.name().equals("localhost")) {
            return List.of(new InetSocketAddress(InetAddress.ofLiteral(address.name()), address.port()));
        }
        List<InetSocketAddress> all = new ArrayList<>();
        if (servers.stream().noneMatch(IpText::isVersion6) || servers.stream().anyMatch(IpText::isVersion4)) {
            all.add(new InetSocketAddress("127.0.0.1", address.port()));
        }
        if (servers.stream().anyMatch(IpText::isVersion6)) {
            all.add(new InetSocketAddress("::1", address.port()));
        }
        return all;
    }

    private static List<InetSocketAddress> servers(ResolvConf resolver) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String server : resolver.servers()) {
            try {
                servers.add(new InetSocketAddress(InetAddress.ofLiteral(server), DNS));
            } catch (IllegalArgumentException e) {
                // The system's own resolver passes over what is no address, too.
                continue;
            }
        }
        return servers;
    }
}
