package dev.lateen.proxy.dns;

import dev.lateen.proxy.names.Names;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Answers messages: from the names that are known here, or by whom the forwarder asks. Lives on one event loop, but for the names, which any thread replaces. */
final class Resolver {
    /** More than one name has addresses. */
    private static final int MANY = 1 << 20;

    private final Forwarder forwarder;
    private final DnsStats stats;
    private final RandomGenerator chance;
    private volatile @Nullable Names names;

    Resolver(Forwarder forwarder, DnsStats stats, RandomGenerator chance) {
        this.forwarder = forwarder;
        this.stats = stats;
        this.chance = chance;
    }

    /** Those that are answered; null before the first. Any thread. */
    @Nullable
    Names names() {
        return names;
    }

    void replace(Names now) {
        names = now;
    }

    /**
     * Answers a message, at once or later.
     *
     * @param query stays the caller's, and is not looked at any more afterwards
     * @param answered is given an answer, which is its own to release; never called for what one does not answer to
     * @return whether there is an answer, now or later
     */
    boolean answer(ByteBufAllocator allocator, ByteBuf query, boolean tcp, Consumer<ByteBuf> answered) {
        switch (DnsQuestion.read(query)) {
            case DnsQuestion.Read.Ignored() -> {
                return false;
            }
            case DnsQuestion.Read.Refused(int id, int flags, int code) -> {
                stats.asked();
                answered.accept(Reply.error(allocator, id, flags, code));
            }
            case DnsQuestion.Read.Asked(DnsQuestion question) -> {
                stats.asked();
                ask(allocator, query, question, tcp, answered);
            }
        }
        return true;
    }

    private void ask(
            ByteBufAllocator allocator, ByteBuf query, DnsQuestion question, boolean tcp, Consumer<ByteBuf> answered) {
        Names known = names;
        if (known == null) {
            // What will be known here must not be told otherwise before.
            answered.accept(Reply.failure(allocator, query, question));
            return;
        }
        Names.Match match =
                question.isPlain() ? known.find(question.name(), question.type(), question.ofClass()) : null;
        if (match == null) {
            forwarder.forward(query, question, tcp, answered);
        } else {
            int first = chance.nextInt(MANY);
            answered.accept(Reply.known(allocator, query, question, match, Reply.room(question, tcp), first));
        }
    }
}
