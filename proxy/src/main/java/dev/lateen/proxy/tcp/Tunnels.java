package dev.lateen.proxy.tcp;

import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.pool.WireProtocol;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpGrammar;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.message.SubstitutionFormat.Facts;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.model.TcpProxy.TunnelingConfig;
import dev.lateen.proxy.model.UpstreamTls;
import dev.lateen.proxy.transport.UpstreamTarget;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** What one downstream connection asks of proxies ahead, by {@code tunneling_config}: one {@link Tunnel} for each attempt. */
final class Tunnels {
    private final TunnelingConfig config;
    private final CodecLoop loop;
    private final TcpRelay relay;
    private final TcpSession session;
    private final byte[] greeting;

    Tunnels(TunnelingConfig config, CodecLoop loop, TcpRelay relay, TcpSession session, byte[] greeting) {
        this.config = config;
        this.loop = loop;
        this.relay = relay;
        this.session = session;
        this.greeting = greeting;
    }

    Tunnel to(Cluster cluster, @Nullable UpstreamTls tls) {
        return new Tunnel(relay, wire(cluster, tls), loop);
    }

    /** As the cluster says; where it says that requests go on as they came, HTTP/1.1, as nothing came as a request. */
    private static WireProtocol wire(Cluster cluster, @Nullable UpstreamTls tls) {
        return switch (cluster.protocol()) {
            case HTTP1, USE_DOWNSTREAM -> WireProtocol.HTTP1;
            case HTTP2 -> WireProtocol.HTTP2;
            case AUTO -> tls == null ? WireProtocol.HTTP1 : WireProtocol.AUTO;
        };
    }

    /** Where TLS is told of no protocol, it is told of those that will be spoken. */
    static UpstreamTarget target(UpstreamTarget target, Cluster cluster) {
        UpstreamTls tls = target.tls();
        WireProtocol wire = wire(cluster, tls);
        boolean offers = tls != null && tls.settings().alpn().isEmpty();
        UpstreamTarget asking = offers ? target.asking("", wire.alpn()) : target;
        return wire == WireProtocol.HTTP1 ? asking.withHalfClose() : asking;
    }

    /** Asks the proxy at the other end of {@code upstream}; two that belong to the mesh say first who they are. */
    void open(Tunnel tunnel, Channel upstream, Tunnel.Outcome outcome) {
        if (PeerExchange.agreed(session.upstreamTls())) {
            String codec = upstream.pipeline().lastContext().name();
            upstream.pipeline().addBefore(codec, null, new PeerExchange(greeting, session::upstreamPeer));
        }
        tunnel.open(head(), outcome);
    }

    private RequestHead head() {
        HeaderMap headers = new HeaderMap(config.headersToAdd().size());
        for (HeaderValueOption option : config.headersToAdd()) {
            add(headers, option);
        }
        return new RequestHead(
                config.usePost() ? "POST" : "CONNECT",
                config.usePost() ? config.postPath() : "",
                // A client may have chosen it: the codec refuses one that is no authority.
                text(config.hostname(), "-"),
                session.upstreamTls() == null ? "http" : "https",
                HttpProtocol.HTTP_1_1,
                headers);
    }

    private void add(HeaderMap headers, HeaderValueOption option) {
        CharSequence value = HttpGrammar.asValue(text(option.value(), ""));
        String name = option.name();
        if (name.startsWith(":") || value.isEmpty() && !option.keepEmptyValue()) {
            return;
        }
        switch (option.action()) {
            case APPEND_IF_EXISTS_OR_ADD -> headers.add(name, value);
            case ADD_IF_ABSENT -> {
                if (!headers.contains(name)) {
                    headers.add(name, value);
                }
            }
            case OVERWRITE_IF_EXISTS_OR_ADD -> headers.set(name, value);
            case OVERWRITE_IF_EXISTS -> {
                if (headers.contains(name)) {
                    headers.set(name, value);
                }
            }
        }
    }

    private String text(String format, String missing) {
        if (format.indexOf('%') < 0) {
            return format;
        }
        StringBuilder out = new StringBuilder();
        SubstitutionFormat.compile(format).append(out, Facts.of(session), missing);
        return out.toString();
    }
}
