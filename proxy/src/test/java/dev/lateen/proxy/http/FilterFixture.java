package dev.lateen.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.call.Pending;
import dev.lateen.proxy.http.filter.Asking;
import dev.lateen.proxy.http.filter.FilterContext;
import dev.lateen.proxy.http.filter.FilterVerdict;
import dev.lateen.proxy.http.filter.HttpFilter;
import dev.lateen.proxy.http.filter.LocalReply;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.model.Cluster.UpstreamProtocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A proxy whose filters a test adds. */
abstract class FilterFixture {
    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    static final FilterVerdict REFUSED = new FilterVerdict.Reply(LocalReply.rbacDenied("late"));
    static final Duration LONG = Duration.ofMinutes(1);

    final ProxyFixture proxy = new ProxyFixture();
    final FramePeer peers = new FramePeer();
    final List<RawServer> servers = new ArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void watchLeaks() {
        Leaks.watch();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(Leaks.found()).isEmpty();
    }

    @AfterEach
    void stop() {
        proxy.close();
        peers.close();
        servers.forEach(RawServer::close);
    }

    /** An answer that a test gives. */
    static final class Asked implements Asking {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger cancelled = new AtomicInteger();
        final CompletableFuture<Answer> answer = new CompletableFuture<>();

        @Override
        public Pending begin(Answer to) {
            begun.incrementAndGet();
            answer.complete(to);
            return cancelled::incrementAndGet;
        }

        void isCancelledOnce() {
            Awaitility.await().until(() -> cancelled.get() > 0);
            answer.join().decide(() -> {
                throw new AssertionError("nobody waits");
            });
            assertThat(begun).hasValue(1);
            assertThat(cancelled).hasValue(1);
        }
    }

    /** A cluster whose server says its name. */
    void cluster(String name) throws IOException {
        RawServer server = new RawServer(talk -> {
            while (talk.head() != null) {
                talk.ok(name);
            }
        });
        servers.add(server);
        proxy.cluster(name, UpstreamProtocol.HTTP1, server.port());
    }

    String ask(String text) throws Exception {
        return RawServer.ask(proxy.listen(false), text, "");
    }

    Asked waits(Duration limit, FilterVerdict late) {
        Asked pending = new Asked();
        proxy.filters.add((exchange, context) -> new FilterVerdict.Wait(pending, limit, late));
        return pending;
    }

    /** A filter that tells that it was asked, on the way forth and on the way back. */
    HttpFilter tells(String name, Supplier<FilterVerdict> verdict) {
        return new HttpFilter() {
            @Override
            public FilterVerdict onRequest(ExchangeFacts exchange, FilterContext context) {
                asked.add(name);
                return verdict.get();
            }

            @Override
            public void onResponse(ExchangeFacts exchange) {
                asked.add("/" + name);
            }
        };
    }
}
