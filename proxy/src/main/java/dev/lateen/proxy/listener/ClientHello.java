package dev.lateen.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads server name and ALPN list of a TLS client hello (RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301 section 3.1), which may be spread over
 * several records. Reads only; bytes that are no such thing are no error but the answer "not TLS".
 */
final class ClientHello {
    /** A hello larger than this is taken for something else; BoringSSL's own limit. */
    static final int MAX_LENGTH = 16 * 1024;

    private static final int RECORD_HEADER = 5;
    private static final int HANDSHAKE_HEADER = 4;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int MAX_RECORD = 16 * 1024;

    /** No client spreads a hello so far; without a bound one that comes in tiny records would be joined thousands of times. */
    private static final int MOST_RECORDS = 32;

    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;

    /** What came of it. */
    sealed interface Result {
        /** Nothing more can be said before so many bytes are there in all. */
        record NeedsBytes(int total) implements Result {}

        record NotTls() implements Result {}

        record Read(FirstBytes facts) implements Result {}
    }

    private static final Result NOT_TLS = new Result.NotTls();

    private final ByteBuf hello;
    private int at;

    private ClientHello(ByteBuf hello) {
        this.hello = hello;
        this.at = hello.readerIndex();
    }

    static Result read(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int available = bytes.readableBytes();
        if (available > 0 && bytes.getUnsignedByte(start) != HANDSHAKE_RECORD
                || available > 1 && bytes.getUnsignedByte(start + 1) != 3) {
            return NOT_TLS;
        }
        if (available < RECORD_HEADER + HANDSHAKE_HEADER) {
            return new Result.NeedsBytes(available < RECORD_HEADER ? RECORD_HEADER : RECORD_HEADER + HANDSHAKE_HEADER);
        }
        int first = bytes.getUnsignedShort(start + 3);
        if (first < HANDSHAKE_HEADER
                || first > MAX_RECORD
                || bytes.getUnsignedByte(start + RECORD_HEADER) != CLIENT_HELLO) {
            return NOT_TLS;
        }
        int length = HANDSHAKE_HEADER + bytes.getUnsignedMedium(start + RECORD_HEADER + 1);
        if (length > MAX_LENGTH) {
            return NOT_TLS;
        }
        return first >= length && available >= RECORD_HEADER + length
                ? parse(bytes.slice(start + RECORD_HEADER, length))
                : gather(bytes, length);
    }

    /** Joins the records that the hello is spread over. */
    private static Result gather(ByteBuf bytes, int length) {
        int position = bytes.readerIndex();
        int end = bytes.writerIndex();
        int missing = length;
        ByteBuf whole = Unpooled.buffer(0, MAX_LENGTH);
        for (int records = 0; missing > 0; records++) {
            if (records == MOST_RECORDS) {
                return NOT_TLS;
            }
            if (end - position < RECORD_HEADER) {
                return needs(bytes, position + RECORD_HEADER);
            }
            int record = bytes.getUnsignedShort(position + 3);
            if (bytes.getUnsignedByte(position) != HANDSHAKE_RECORD || record == 0 || record > MAX_RECORD) {
                return NOT_TLS;
            }
            int wanted = Math.min(record, missing);
            if (end - position - RECORD_HEADER < wanted) {
                return needs(bytes, position + RECORD_HEADER + wanted);
            }
            whole.writeBytes(bytes, position + RECORD_HEADER, wanted);
            missing -= wanted;
            position += RECORD_HEADER + record;
        }
        return parse(whole);
    }

    private static Result needs(ByteBuf bytes, int index) {
        return new Result.NeedsBytes(index - bytes.readerIndex());
    }

    private static Result parse(ByteBuf hello) {
        try {
            return new Result.Read(new ClientHello(hello).facts());
        } catch (IndexOutOfBoundsException _) {
            return NOT_TLS; // a length inside points beyond the end
        }
    }

    private FirstBytes facts() {
        at += HANDSHAKE_HEADER + 2 + 32; // version, random
        at += 1 + hello.getUnsignedByte(at); // session id
        at += 2 + hello.getUnsignedShort(at); // cipher suites
        at += 1 + hello.getUnsignedByte(at); // compression methods
        String serverName = "";
        List<String> protocols = List.of();
        if (at < hello.writerIndex()) {
            int end = at + 2 + hello.getUnsignedShort(at);
            at += 2;
            while (at < end) {
                int type = hello.getUnsignedShort(at);
                int length = hello.getUnsignedShort(at + 2);
                ByteBuf extension = hello.slice(at + 4, length);
                at += 4 + length;
                if (type == SERVER_NAME) {
                    serverName = serverName(extension);
                } else if (type == ALPN) {
                    protocols = protocols(extension);
                }
            }
        }
        return new FirstBytes(true, serverName, protocols);
    }

    private static String serverName(ByteBuf extension) {
        int end = 2 + extension.getUnsignedShort(0);
        int at = 2;
        while (at < end) {
            int length = extension.getUnsignedShort(at + 1);
            if (extension.getUnsignedByte(at) == 0) {
                return text(extension, at + 3, length).toLowerCase(Locale.ROOT);
            }
            at += 3 + length;
        }
        return "";
    }

    private static List<String> protocols(ByteBuf extension) {
        List<String> protocols = new ArrayList<>(3);
        int end = 2 + extension.getUnsignedShort(0);
        for (int at = 2; at < end; at += 1 + extension.getUnsignedByte(at)) {
            protocols.add(text(extension, at + 1, extension.getUnsignedByte(at)));
        }
        return protocols;
    }

    private static String text(ByteBuf bytes, int index, int length) {
        return bytes.toString(index, length, StandardCharsets.ISO_8859_1);
    }
}
