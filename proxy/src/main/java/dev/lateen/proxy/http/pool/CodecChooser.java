package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.ClientConnection;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.codec.CodecLoop;
import dev.lateen.proxy.http.codec.Http1ClientConnection;
import dev.lateen.proxy.http.codec.Http2ClientConnection;
import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.tls.TlsSession;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/** Stands at the end of a fresh connection's pipeline for a moment: puts the codec there that was asked for or agreed on. */
public final class CodecChooser extends ChannelInboundHandlerAdapter {
    private final WireProtocol wire;
    private final ClientConnection.Events events;
    private final CodecLoop loop;
    private final CodecLimits limits;
    private @Nullable ClientConnection chosen;

    /** @param limits of the answers */
    public CodecChooser(WireProtocol wire, ClientConnection.Events events, CodecLoop loop, CodecLimits limits) {
        this.wire = wire;
        this.events = events;
        this.loop = loop;
        this.limits = limits;
    }

    /** Null until the connection stands. */
    public @Nullable ClientConnection chosen() {
        return chosen;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ClientConnection codec = http2(ctx)
                ? Http2ClientConnection.of(events, loop, limits)
                : new Http1ClientConnection(events, loop, limits);
        chosen = codec;
        ctx.pipeline().replace(this, null, codec);
    }

    private boolean http2(ChannelHandlerContext ctx) {
        return switch (wire) {
            case HTTP1 -> false;
            case HTTP2 -> true;
            case AUTO -> {
                TlsFacts facts = TlsSession.factsOf(ctx.channel());
                String alpn = facts == null ? null : facts.alpn();
                yield alpn != null && (alpn.equals("h2") || alpn.equals("istio-h2"));
            }
        };
    }
}
