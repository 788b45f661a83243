package dev.lateen.proxy.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames as bytes, for clients that keep to no rule. */
final class RawFrames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Begins with a preface and SETTINGS of these bytes. */
    static RawFrames preface(int... settings) {
        RawFrames frames = new RawFrames();
        frames.out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return frames.frame(SETTINGS, 0, 0, settings);
    }

    RawFrames frame(int type, int flags, int stream, int... payload) {
        out.write(payload.length >> 16);
        out.write(payload.length >> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        out.write(stream >> 24);
        out.write(stream >> 16);
        out.write(stream >> 8);
        out.write(stream);
        for (int b : payload) {
            out.write(b);
        }
        return this;
    }

    /** GET http://a/ by HPACK's static table. */
    RawFrames get(int stream) {
        return frame(HEADERS, 5, stream, 0x82, 0x86, 0x84, 0x41, 1, 'a');
    }

    /** POST http://a/ whose body follows. */
    RawFrames post(int stream) {
        return frame(HEADERS, 4, stream, 0x83, 0x86, 0x84, 0x41, 1, 'a');
    }

    RawFrames reset(int stream) {
        return frame(RST_STREAM, 0, stream, 0, 0, 0, 8);
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
