package dev.lateen.proxy.tls;

import dev.lateen.proxy.message.TlsFacts;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** What the finished handshake of a channel told, kept with the channel. */
public final class TlsSession {
    private static final AttributeKey<TlsFacts> FACTS = AttributeKey.valueOf(TlsSession.class, "facts");

    private TlsSession() {}

    /** Null for clear text, and until the handshake is done and its peer accepted. */
    public static @Nullable TlsFacts factsOf(Channel channel) {
        return channel.attr(FACTS).get();
    }

    static void keep(Channel channel, TlsFacts facts) {
        channel.attr(FACTS).set(facts);
    }
}
