package dev.lateen.proxy.http.codec;

/**
 * Counts what costs the peer nothing and us something, and tells when it is too much, by Envoy's defaults: streams that are reset before they were
 * answered ({@code overload.premature_reset_total_stream_count} 500, {@code premature_reset_min_stream_lifetime_seconds} 1), PRIORITY frames (100 for each
 * stream) and WINDOW_UPDATE frames (10 for each DATA frame that was sent). What else demands an answer or work and carries no message (PING, SETTINGS,
 * GOAWAY, resets, unknown frames, heads of too many lines) has a budget of Envoy's {@code max_outbound_control_frames}, 1,000, which Envoy counts in
 * answers not yet sent and this in time: it grows back by 100 a second, and with each stream and DATA frame. One connection; on its event loop.
 */
final class Http2Floods {
    private static final int JUDGED_STREAMS = 500;

    /** Envoy compares whole seconds. */
    private static final long PREMATURE_NANOS = 2_000_000_000L;

    private static final int PRIORITIES = 100;
    private static final int WINDOW_UPDATES = 10;

    /** Small, so that a client that opens its window by crumbs is not taken for an attacker. */
    private static final int FRAME_BYTES = 1024;

    private static final int CONTROL_FRAMES = 1000;

    /** One frame more. */
    private static final long CONTROL_NANOS = 10_000_000L;

    /** So many lines of a refused head cost as much as a frame. */
    private static final int LINES = 32;

    /** Lines of a head that is refused for its size alone, which was read to its end all the same. */
    static final int LARGE_HEAD = 50 * LINES;

    private long opened;
    private long closed;
    private long premature;
    private long priorities;
    private long windowUpdates;
    private long dataFrames;
    private long budget = CONTROL_FRAMES;
    private long grownNanos;

    /** @param nanos the time now, by the clock that all others are told by */
    Http2Floods(long nanos) {
        grownNanos = nanos;
    }

    void opened() {
        opened++;
        credit(2);
    }

    void closed() {
        closed++;
    }

    void sent(int bytes) {
        dataFrames += 1 + bytes / FRAME_BYTES;
        credit(1);
    }

    /** A DATA frame came. */
    void received(int bytes) {
        if (bytes > 0) {
            credit(1);
        }
    }

    private void credit(int frames) {
        budget = Math.min(CONTROL_FRAMES, budget + frames);
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

    /** A frame that carries no message. @return whether the connection is to be ended */
    boolean control(long nanos) {
        return spend(1, nanos);
    }

    /** A head that was refused. @return whether the connection is to be ended */
    boolean refusedHead(int lines, long nanos) {
        return spend(lines / LINES, nanos);
    }

    private boolean spend(int frames, long nanos) {
        long grown = (nanos - grownNanos) / CONTROL_NANOS;
        if (grown > 0) {
            grownNanos += grown * CONTROL_NANOS;
            budget = Math.min(CONTROL_FRAMES, budget + Math.min(grown, CONTROL_FRAMES));
        }
        budget -= frames;
        return budget < 0;
    }
}
