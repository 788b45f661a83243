package dev.lateen.proxy.identity;

import java.io.ByteArrayOutputStream;

/**
 * As much of DER (ITU-T X.690) as a certificate request is made of. By hand: a library for all of ASN.1 comes in signed jars, whose signatures a sidecar would check at each start and
 * whose classes no cache keeps.
 */
final class Der {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int OCTET_STRING = 0x04;
    private static final int BIT_STRING = 0x03;

    private Der() {}

    static byte[] sequence(byte[]... parts) {
        return tagged(SEQUENCE, parts);
    }

    static byte[] set(byte[]... parts) {
        return tagged(SET, parts);
    }

    static byte[] octets(byte[] content) {
        return tagged(OCTET_STRING, content);
    }

    /** With no unused bits. */
    static byte[] bits(byte[] content) {
        return tagged(BIT_STRING, new byte[] {0}, content);
    }

    /** Of an object identifier. @param first the first two numbers, {@code 40 * one + other} */
    static byte[] identifier(int first, int... others) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(first);
        for (int number : others) {
            int shift = 28;
            while (shift > 0 && number >>> shift == 0) {
                shift -= 7;
            }
            for (; shift > 0; shift -= 7) {
                content.write(0x80 | (number >>> shift & 0x7f));
            }
            content.write(number & 0x7f);
        }
        return tagged(OBJECT_IDENTIFIER, content.toByteArray());
    }

    /** Any tag, with its parts one after the other. */
    static byte[] tagged(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >>> 8 * i);
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
