package dev.lateen.proxy.upstream;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counters of one host or cluster, written by every event loop. They stand together in the middle of an array with a cache line of room on
 * both sides: one request touches several counters of one host, so they may share a line, while two hosts never do. A plain atomic costs
 * some 5 ns alone and a few times that under contention, against tens of microseconds a request; adders would cost a read on every pick.
 */
final class LoadCounters {
    private static final int MARGIN = 8;
    static final int REQUESTS_ACTIVE = MARGIN;
    static final int REQUESTS_TOTAL = MARGIN + 1;
    static final int REQUESTS_SUCCESS = MARGIN + 2;
    static final int REQUESTS_ERROR = MARGIN + 3;
    static final int REQUESTS_TIMEOUT = MARGIN + 4;
    static final int CONNECTIONS_ACTIVE = MARGIN + 5;
    static final int CONNECTIONS_TOTAL = MARGIN + 6;
    static final int CONNECTIONS_FAILED = MARGIN + 7;
    private static final int LENGTH = MARGIN + 8 + MARGIN;

    private final AtomicLongArray values = new AtomicLongArray(LENGTH);

    long get(int counter) {
        return values.getPlain(counter);
    }

    long add(int counter, long delta) {
        return values.addAndGet(counter, delta);
    }
}
