package dev.lateen.proxy.listener;

import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.tls.TlsContexts;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What every new connection needs of the proxy around it.
 *
 * @param takes whether a listener still takes connections; those that it took just before drain
 * @param leaves whether a listener's clients are asked to go elsewhere
 */
record ListenerContext(
        Listeners.Surroundings around,
        Connections connections,
        Predicate<Listener> takes,
        Predicate<Listener> leaves,
        Function<Channel, @Nullable InetSocketAddress> originalDestinations,
        ListenerSettings settings) {
    TlsContexts tls() {
        return around.tls();
    }

    ConnectionPolicy policy() {
        return around.policy();
    }

    HttpServerStart http() {
        return around.http();
    }

    TcpServerStart tcp() {
        return around.tcp();
    }

    InstantSource clock() {
        return around.clock();
    }

    /** What is in force, to be taken once for what has to fit together. */
    InForce inForce() {
        return around.current().get();
    }

    /** Whether a listener still takes connections. */
    boolean takes(Listener listener) {
        return takes.test(listener);
    }

    /** Whether a listener's clients are asked to go elsewhere. */
    boolean leaves(Listener listener) {
        return leaves.test(listener);
    }

    @Nullable
    InetSocketAddress originalDestination(Channel channel) {
        return originalDestinations.apply(channel);
    }

    long nanoTime() {
        return around.nanos().getAsLong();
    }
}
