package dev.lateen.proxy.dns;

import dev.lateen.proxy.names.NameScope;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Where DNS is answered, and who is asked for what is not known here.
 *
 * @param listen the addresses, each for UDP and TCP
 * @param servers those of {@code resolv.conf}; without any, what is not known fails
 * @param scope what short names mean
 * @param parallel whether all servers are asked at once and the first answer counts, instead of one after the other
 * @param timeout how long one server is waited for
 * @param limits how much is done at once
 */
public record DnsSettings(
        List<InetSocketAddress> listen,
        List<InetSocketAddress> servers,
        NameScope scope,
        boolean parallel,
        Duration timeout,
        Limits limits) {
    public DnsSettings {
        listen = List.copyOf(listen);
        servers = List.copyOf(servers);
    }

    /**
     * How much is done at once; what is more is answered with a failure, or not let in.
     *
     * @param forwards questions that other servers are being asked
     * @param connections of TCP clients
     * @param perConnection questions of one connection that are not answered yet
     * @param idle how long a connection may be silent
     */
    public record Limits(int forwards, int connections, int perConnection, Duration idle) {
        /** Far more than a pod asks, and a few megabytes. */
        public static final Limits USUAL = new Limits(1024, 256, 32, Duration.ofSeconds(10));
    }
}
