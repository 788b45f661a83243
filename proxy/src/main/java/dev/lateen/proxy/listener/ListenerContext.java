package dev.lateen.proxy.listener;

import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.tls.TlsContexts;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What every new connection needs of the proxy around it. */
record ListenerContext(
        Supplier<InForce> current,
        TlsContexts tls,
        ConnectionPolicy policy,
        HttpServerStart http,
        TcpServerStart tcp,
        Connections connections,
        Predicate<Listener> takes,
        Function<Channel, @Nullable InetSocketAddress> originalDestinations,
        InstantSource clock,
        LongSupplier nanos,
        ListenerSettings settings) {
    /** What is in force, to be taken once for what has to fit together. */
    InForce inForce() {
        return current.get();
    }

    /** Whether a listener still takes connections; those that it took just before drain. */
    boolean takes(Listener listener) {
        return takes.test(listener);
    }

    @Nullable
    InetSocketAddress originalDestination(Channel channel) {
        return originalDestinations.apply(channel);
    }

    long nanoTime() {
        return nanos.getAsLong();
    }
}
