package dev.lateen.proxy.transport;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The system's resolver, made when a name is first asked for: most proxies have no DNS cluster, and reading the system's settings costs start-up time. */
public final class LazyResolver implements NameResolver, AutoCloseable {
    private final EventLoops loops;
    private @Nullable NettyNameResolver resolver;

    /** @param loops whose sockets ask */
    public LazyResolver(EventLoops loops) {
        this.loops = loops;
    }

    @Override
    public CompletionStage<Answer> resolve(String name) {
        return resolver().resolve(name);
    }

    private synchronized NettyNameResolver resolver() {
        NettyNameResolver made = resolver;
        if (made == null) {
            made = new NettyNameResolver(loops.next(), loops.datagrams());
            resolver = made;
        }
        return made;
    }

    @Override
    public synchronized void close() {
        if (resolver != null) {
            resolver.close();
        }
    }
}
