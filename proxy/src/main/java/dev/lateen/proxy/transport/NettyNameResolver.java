package dev.lateen.proxy.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names by the system's own configuration (hosts file, {@code resolv.conf} with its search list), on one event loop, without blocking. It
 * remembers no answers: the clusters ask when an answer has grown old.
 */
public final class NettyNameResolver implements NameResolver, AutoCloseable {
    private final DnsNameResolver resolver;
    private final TimesToLive timesToLive = new TimesToLive();

    /** @param channelType of datagrams, fitting the event loop */
    public NettyNameResolver(EventLoop loop, Class<? extends DatagramChannel> channelType) {
        this.resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelType(channelType)
                .resolveCache(timesToLive)
                .build();
    }

    @Override
    public CompletionStage<Answer> resolve(String name) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        resolver.resolveAll(name).addListener((Future<List<InetAddress>> found) -> {
            if (found.isSuccess()) {
                answer.complete(answer(found.getNow()));
            } else {
                answer.completeExceptionally(found.cause());
            }
        });
        return answer;
    }

    private Answer answer(List<InetAddress> found) throws java.net.UnknownHostException {
        long seconds = Long.MAX_VALUE;
        List<InetAddress> addresses = new ArrayList<>();
        for (InetAddress address : found) {
            Long timeToLive = timesToLive.seconds.remove(address);
            seconds = Math.min(seconds, timeToLive == null ? 0 : timeToLive);
            addresses.add(InetAddress.getByAddress(address.getAddress()));
        }
        return new Answer(addresses, Duration.ofSeconds(addresses.isEmpty() ? 0 : seconds));
    }

    @Override
    public void close() {
        resolver.close();
    }

    /** A cache that holds nothing and only notes how long each address may be kept, which the resolver tells nobody else. */
    private static final class TimesToLive implements DnsCache {
        private static final int MAX_NOTES = 10_000;
        private final Map<InetAddress, Long> seconds = new ConcurrentHashMap<>();

        @Override
        public DnsCacheEntry cache(
                String hostname,
                DnsRecord @Nullable [] additionals,
                InetAddress address,
                long originalTtl,
                EventLoop loop) {
            if (seconds.size() >= MAX_NOTES) {
                seconds.clear();
            }
            seconds.put(address, originalTtl);
            return new Note(address);
        }

        @Override
        public DnsCacheEntry cache(
                String hostname, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
            return new Note(null);
        }

        @Override
        public @Nullable List<? extends DnsCacheEntry> get(String hostname, DnsRecord @Nullable [] additionals) {
            return null;
        }

        @Override
        public void clear() {
            seconds.clear();
        }

        @Override
        public boolean clear(String hostname) {
            return false;
        }
    }

    private record Note(@Nullable InetAddress address) implements DnsCacheEntry {
        @Override
        public @Nullable Throwable cause() {
            return null;
        }
    }
}
