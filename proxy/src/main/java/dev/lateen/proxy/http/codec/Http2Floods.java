package dev.lateen.proxy.http.codec;

/**
 * Counts what costs a client nothing and us something, and tells when it is too much, by Envoy's defaults: streams that are reset before they were
 * answered ({@code overload.premature_reset_total_stream_count} 500, {@code premature_reset_min_stream_lifetime_seconds} 1), PRIORITY frames (100 for each
 * stream) and WINDOW_UPDATE frames (10 for each DATA frame that was sent). One client's connection; on its event loop.
 */
final class Http2Floods {
    private static final int JUDGED_STREAMS = 500;

    /** Envoy compares whole seconds. */
    private static final long PREMATURE_NANOS = 2_000_000_000L;

    private static final int PRIORITIES = 100;
    private static final int WINDOW_UPDATES = 10;

    /** Small, so that a client that opens its window by crumbs is not taken for an attacker. */
    private static final int FRAME_BYTES = 1024;

    private long opened;
    private long closed;
    private long premature;
    private long priorities;
    private long windowUpdates;
    private long dataFrames;

    void opened() {
        opened++;
    }

    void closed() {
        closed++;
    }

    void sent(int bytes) {
        dataFrames += 1 + bytes / FRAME_BYTES;
    }

    /** A stream was reset by the client; it is counted as closed later. @return whether its connection is to be ended */
    boolean reset(long ageNanos, boolean answered) {
        if (answered || ageNanos >= PREMATURE_NANOS) {
            return false;
        }
        premature++;
        return premature * 2 >= Math.max(closed + 1, JUDGED_STREAMS);
    }

    /** @return whether the connection is to be ended */
    boolean priority() {
        return ++priorities > PRIORITIES * (1 + opened);
    }

    /** @return whether the connection is to be ended */
    boolean windowUpdate() {
        return ++windowUpdates > 5 + 2 * (opened + WINDOW_UPDATES * dataFrames);
    }
}
