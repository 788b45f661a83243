package dev.lateen.proxy.tls;

import dev.lateen.proxy.message.TlsFacts;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AttributeKey;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the finished handshake of a channel told, kept with the channel. */
public final class TlsSession {
    private static final AttributeKey<TlsFacts> FACTS = AttributeKey.valueOf(TlsSession.class, "facts");
    private static final AttributeKey<String> FAILURE = AttributeKey.valueOf(TlsSession.class, "failure");

    private TlsSession() {}

    /** Null for clear text, and until the handshake is done and its peer accepted. */
    public static @Nullable TlsFacts factsOf(Channel channel) {
        return channel.attr(FACTS).get();
    }

    /**
     * {@code %UPSTREAM_TRANSPORT_FAILURE_REASON%} for what a channel of TLS threw after its handshake: with TLS 1.3 a server that refuses our certificate says so only
     * then. Empty when it is no TLS failure.
     */
    public static String failureReason(Throwable cause) {
        return cause instanceof DecoderException || cause instanceof SSLException ? TlsFailure.reason(cause) : "";
    }

    /** Remembers why TLS ended a channel, if {@code cause} is TLS's; for {@link #failureOf} once the channel is closed. */
    public static void keepFailure(Channel channel, Throwable cause) {
        String reason = failureReason(cause);
        if (!reason.isEmpty()) {
            channel.attr(FAILURE).set(reason);
        }
    }

    /** As {@link #failureReason} tells it; empty when TLS did not end the channel. */
    public static String failureOf(Channel channel) {
        String reason = channel.attr(FAILURE).get();
        return reason == null ? "" : reason;
    }

    static void keep(Channel channel, TlsFacts facts) {
        channel.attr(FACTS).set(facts);
    }
}
