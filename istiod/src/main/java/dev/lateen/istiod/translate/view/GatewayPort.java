package dev.lateen.istiod.translate.view;

import dev.lateen.api.networking.Gateway;
import dev.lateen.api.networking.ServerTls;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.registry.Protocol;
import dev.lateen.istiod.registry.ServiceTarget;
import dev.lateen.istiod.translate.resource.Protos;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A port on which a gateway listens, with the servers of all its Gateways for it.
 *
 * @param bind address the servers ask for; empty means the usual one
 * @param port where the proxy listens, which is the target of the port that clients call
 * @param kind what its servers have in common
 * @param servers the oldest Gateway's first
 */
public record GatewayPort(String bind, int port, Kind kind, List<Served> servers) {

    /** Servers of one kind can share a port. */
    public enum Kind {
        /** Requests, told apart by host. */
        PLAIN_HTTP,
        /** Connections, told apart by server name. */
        TLS,
        /** Connections that can't be told apart. */
        TCP
    }

    /** One server of one Gateway. */
    public record Served(Resource<Gateway> gateway, Gateway.Server server) {
        /** The Gateway as {@code NAMESPACE/NAME}. */
        public String gatewayName() {
            return gateway.namespace() + "/" + gateway.name();
        }

        /** What is spoken. */
        public Protocol protocol() {
            return Protocol.parse(server.port().protocol());
        }

        /** Names the Gateway and its server as the cause of a filter chain. */
        public Metadata origin() {
            return Protos.provenance(
                    gateway.key(), "spec.servers[" + gateway.spec().servers().indexOf(server) + "]");
        }

        /** Whether TLS ends at the gateway. */
        public boolean endsTls() {
            return server.tls() != null
                    && (protocol().isTls() || !server.tls().httpsRedirect())
                    && server.tls().mode() != ServerTls.Mode.PASSTHROUGH
                    && server.tls().mode() != ServerTls.Mode.AUTO_PASSTHROUGH
                    && kind() == Kind.TLS;
        }

        /** Whether requests are routed one by one. */
        public boolean routesHttp() {
            return protocol().isHttp() || protocol() == Protocol.HTTPS && endsTls();
        }

        /** Whether plain HTTP is sent to HTTPS. */
        public boolean redirectsToTls() {
            return server.tls() != null && server.tls().httpsRedirect();
        }

        Kind kind() {
            if (protocol().isTls()) {
                return Kind.TLS;
            }
            boolean terminates = server.tls() != null && !server.tls().httpsRedirect();
            if (protocol().isHttp()) {
                return terminates && protocol() != Protocol.HTTP ? Kind.TLS : Kind.PLAIN_HTTP;
            }
            return terminates ? Kind.TLS : Kind.TCP;
        }

        /** The route configuration of a server that routes requests. */
        public String routeName(int listenPort) {
            if (kind() == Kind.PLAIN_HTTP) {
                return "http." + listenPort;
            }
            return "https." + listenPort + "." + server.port().name() + "." + gateway.name() + "."
                    + gateway.namespace();
        }

        /** Hosts without the namespace that may stand before them. */
        public List<String> hosts() {
            return server.hosts().stream()
                    .map(h -> h.substring(h.indexOf('/') + 1))
                    .toList();
        }
    }

    /** All ports of a gateway proxy. A server that does not go together with an older one on its port is left out, and one at an address that the proxy can't listen on. */
    public static List<GatewayPort> of(ProxyView view) {
        Map<Integer, Integer> targets = new LinkedHashMap<>();
        for (ServiceTarget target : view.snapshot()
                .registry()
                .targets(
                        view.node().addresses(),
                        view.node().namespace(),
                        view.node().labels())) {
            targets.putIfAbsent(target.port().number(), target.targetPort());
        }
        Map<String, GatewayPort> ports = new LinkedHashMap<>();
        for (Resource<Gateway> gateway : view.snapshot().gateways(view.node().labels())) {
            for (Gateway.Server server : gateway.spec().servers()) {
                if (!view.canListenOn(server.bind())) {
                    continue;
                }
                Served served = new Served(gateway, server);
                int port = targets.getOrDefault(
                        server.port().number(), server.port().number());
                String key = server.bind() + " " + port;
                GatewayPort known = ports.computeIfAbsent(
                        key, k -> new GatewayPort(server.bind(), port, served.kind(), new ArrayList<>()));
                boolean joins = known.kind() == served.kind()
                        && (known.kind() != Kind.TCP || known.servers().isEmpty());
                if (joins) {
                    known.servers().add(served);
                }
            }
        }
        return List.copyOf(ports.values());
    }
}
