package dev.lateen.proxy.http;

import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;

/** Makes the values of {@code x-request-id}: random UUIDs of version 4 (RFC 9562 section 5.4). */
final class RequestIds {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private RequestIds() {}

    static AsciiString next(RandomGenerator random) {
        long high = random.nextLong() & ~0xf000L | 0x4000L;
        long low = random.nextLong() & ~(3L << 62) | 2L << 62;
        byte[] text = new byte[36];
        int at = write(text, 0, high, 64, 32);
        text[at++] = '-';
        at = write(text, at, high, 32, 16);
        text[at++] = '-';
        at = write(text, at, high, 16, 0);
        text[at++] = '-';
        at = write(text, at, low, 64, 48);
        text[at++] = '-';
        write(text, at, low, 48, 0);
        return new AsciiString(text, false);
    }

    private static int write(byte[] text, int at, long bits, int from, int to) {
        for (int shift = from - 4; shift >= to; shift -= 4) {
            text[at++] = HEX[(int) (bits >>> shift) & 15];
        }
        return at;
    }
}
