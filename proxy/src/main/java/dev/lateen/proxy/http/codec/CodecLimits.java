package dev.lateen.proxy.http.codec;

/**
 * What a message may be at most.
 *
 * @param maxHeadBytes bytes of a head, request line included, at least 1 KiB
 * @param maxHeaders header lines of a head
 * @param maxConcurrentStreams streams that an HTTP/2 client may have open
 * @param streamWindow HTTP/2 flow-control window of one stream in bytes, 65,535 to 2^31-1: what a slow reader can make us hold
 */
public record CodecLimits(int maxHeadBytes, int maxHeaders, long maxConcurrentStreams, int streamWindow) {
    /** Envoy's default {@code per_connection_buffer_limit_bytes}: how many bytes of a body may be held. */
    public static final int HELD_BODY = 1024 * 1024;

    /** Envoy's limits for heads (60 KiB, 100 lines), 1,024 streams, a window of 256 KiB. */
    public static final CodecLimits DEFAULT = new CodecLimits(60 * 1024, 100, 1024, 256 * 1024);

    /** The same with another limit of streams. */
    public CodecLimits withMaxConcurrentStreams(long streams) {
        return new CodecLimits(maxHeadBytes, maxHeaders, streams, streamWindow);
    }

    /** The same of an upstream's answers, whose heads Envoy bears up to 80 KiB. */
    public static final CodecLimits UPSTREAM = new CodecLimits(80 * 1024, 100, 1024, 256 * 1024);
}
