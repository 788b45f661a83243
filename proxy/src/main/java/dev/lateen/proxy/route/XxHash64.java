package dev.lateen.proxy.route;

/**
 * XXH64, the hash that Envoy's ring hash, Maglev and hash policies use, so that both proxies send a key to the same host. Text is hashed as
 * its ISO-8859-1 bytes, which is how header values are held.
 */
public final class XxHash64 {
    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;

    private XxHash64() {}

    /** The hash of a text with seed 0. */
    public static long hash(CharSequence text) {
        return hash(text, 0);
    }

    public static long hash(CharSequence text, long seed) {
        int length = text.length();
        int at = 0;
        long h;
        if (length >= 32) {
            long a = seed + P1 + P2;
            long b = seed + P2;
            long c = seed;
            long d = seed - P1;
            for (; at + 32 <= length; at += 32) {
                a = round(a, eight(text, at));
                b = round(b, eight(text, at + 8));
                c = round(c, eight(text, at + 16));
                d = round(d, eight(text, at + 24));
            }
            h = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            h = merge(merge(merge(merge(h, a), b), c), d);
        } else {
            h = seed + P5;
        }
        return finish(text, at, h + length);
    }

    private static long finish(CharSequence text, int from, long start) {
        int length = text.length();
        int at = from;
        long h = start;
        for (; at + 8 <= length; at += 8) {
            h = Long.rotateLeft(h ^ round(0, eight(text, at)), 27) * P1 + P4;
        }
        if (at + 4 <= length) {
            h = Long.rotateLeft(h ^ four(text, at) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < length; at++) {
            h = Long.rotateLeft(h ^ (text.charAt(at) & 0xff) * P5, 11) * P1;
        }
        h = (h ^ h >>> 33) * P2;
        h = (h ^ h >>> 29) * P3;
        return h ^ h >>> 32;
    }

    private static long round(long accumulator, long input) {
        return Long.rotateLeft(accumulator + input * P2, 31) * P1;
    }

    private static long merge(long hash, long value) {
        return (hash ^ round(0, value)) * P1 + P4;
    }

    private static long eight(CharSequence text, int at) {
        return four(text, at) | four(text, at + 4) << 32;
    }

    private static long four(CharSequence text, int at) {
        return text.charAt(at) & 0xffL
                | (text.charAt(at + 1) & 0xffL) << 8
                | (text.charAt(at + 2) & 0xffL) << 16
                | (text.charAt(at + 3) & 0xffL) << 24;
    }
}
