package dev.lateen.proxy.upstream;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a slow start remembers of one host: since when it is there and well, and how many of its turns it has let pass. Safe for use from
 * every event loop without a lock.
 */
final class SlowStartTurns {
    /** A whole turn: the shares of turns are summed up in units of 2 to the power of -32. */
    private static final int TURN_BITS = 32;

    private final long sinceNanos;
    private final AtomicLong turns = new AtomicLong();

    SlowStartTurns(long sinceNanos) {
        this.sinceNanos = sinceNanos;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** It is this host's turn. @param share 0 to 1, of its turns that it takes @return whether it takes this one; evenly spread, without chance */
    boolean takesTurn(double share) {
        long step = (long) Math.ceil(share * (1L << TURN_BITS));
        long before = turns.getAndAdd(step);
        return before >>> TURN_BITS != (before + step) >>> TURN_BITS;
    }
}
