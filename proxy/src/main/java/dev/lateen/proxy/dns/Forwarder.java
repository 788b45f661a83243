package dev.lateen.proxy.dns;

import dev.lateen.proxy.transport.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the servers of {@code resolv.conf}, one after the other in an order by chance, or all at once. Lives on one event loop. */
final class Forwarder {
    private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

    private final EventLoops loops;
    private final EventLoop loop;
    private final DnsSettings settings;
    private final DnsStats stats;
    private final ChannelGroup open;
    private final RandomGenerator chance;
    private final LongSupplier nanos;
    private boolean closed;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * @param open gets the sockets that ask
     * @param chance what nobody can guess
     */
    Forwarder(
            EventLoops loops,
            EventLoop loop,
            DnsSettings settings,
            DnsStats stats,
            ChannelGroup open,
            RandomGenerator chance,
            LongSupplier nanos) {
        this.loops = loops;
        this.loop = loop;
        this.settings = settings;
        this.stats = stats;
        this.open = open;
        this.chance = chance;
        this.nanos = nanos;
    }

    /** How many questions are not answered yet. Any thread. */
    int underWay() {
        return underWay.get();
    }

    /**
     * Passes a question on.
     *
     * @param query the message; copied, since an answer takes longer than the buffer lives
     * @param answered is given an answer, which is its own to release: another server's, or a failure; always called once
     */
    void forward(ByteBuf query, DnsQuestion question, boolean tcp, Consumer<ByteBuf> answered) {
        stats.forwarded();
        if (closed
                || settings.servers().isEmpty()
                || underWay.get() >= settings.limits().forwards()) {
            stats.failed();
            answered.accept(Reply.failure(loops.allocator(), query, question));
            return;
        }
        underWay.getAndIncrement();
        new Pending(query.copy(), question, tcp, answered).begin();
    }

    /** From now on nobody is asked. */
    void close() {
        closed = true;
    }

    private final class Pending {
        private final ByteBuf query;
        private final DnsQuestion question;
        private final boolean tcp;
        private final Consumer<ByteBuf> answered;
        private final List<InetSocketAddress> servers;
        private final long since = nanos.getAsLong();
        private int asked;
        private int failed;
        private boolean over;

        Pending(ByteBuf query, DnsQuestion question, boolean tcp, Consumer<ByteBuf> answered) {
            this.query = query;
            this.question = question;
            this.tcp = tcp;
            this.answered = answered;
            this.servers = new ArrayList<>(settings.servers());
            Collections.shuffle(servers, chance);
        }

        void begin() {
            int first = settings.parallel() ? servers.size() : 1;
            for (int i = 0; i < first && !over; i++) {
                askNext();
            }
        }

        private void askNext() {
            InetSocketAddress server = servers.get(asked++);
            int room = Reply.room(question, tcp);
            Exchange.ask(
                    new Exchange.Way(loops, loop, open, tcp, room),
                    server,
                    settings.timeout().toNanos(),
                    query,
                    question,
                    chance.nextInt(0x10000),
                    (answer, failure) -> heard(server, answer, failure));
        }

        private void heard(InetSocketAddress server, @Nullable ByteBuf answer, String failure) {
            if (over) {
                if (answer != null) {
                    answer.release();
                }
                return;
            }
            if (answer != null) {
                end(passed(answer));
                return;
            }
            LOG.debug("DNS server {}: {}", server, failure);
            failed++;
            if (closed || failed == servers.size()) {
                stats.failed();
                end(Reply.failure(loops.allocator(), query, question));
            } else if (asked < servers.size()) {
                askNext();
            }
        }

        /** The server's answer as it is, but for the id, if the client takes as much. */
        private ByteBuf passed(ByteBuf answer) {
            int start = answer.readerIndex();
            if (answer.readableBytes() <= Reply.room(question, tcp)) {
                return answer.setShort(start, question.id());
            }
            ByteBuf cut = Reply.truncated(loops.allocator(), query, question, answer.getUnsignedShort(start + 2));
            answer.release();
            return cut;
        }

        private void end(ByteBuf answer) {
            over = true;
            underWay.getAndDecrement();
            stats.took(nanos.getAsLong() - since);
            answered.accept(answer);
            query.release();
        }
    }
}
