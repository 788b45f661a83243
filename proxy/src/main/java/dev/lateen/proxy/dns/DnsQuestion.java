package dev.lateen.proxy.dns;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.util.ReferenceCountUtil;

/**
 * What a message asks (RFC 1035, 4.1), read without keeping it.
 *
 * @param id of the message
 * @param flags the 16 bits behind the id
 * @param name with a dot at the end
 * @param type such as 1 for A
 * @param ofClass 1 for the Internet
 * @param end where the question ends in the message
 * @param edns the bytes that the client takes in a datagram (RFC 6891); -1 if it did not say
 */
record DnsQuestion(int id, int flags, String name, int type, int ofClass, int end, int edns) {
    static final int HEADER = 12;
    static final int RESPONSE = 0x8000;

    private static final int OPCODE = 0x7800;
    private static final int OPCODE_SHIFT = 11;
    private static final int NOTIFY = 4;
    private static final int MOST_ANSWERS = 1;
    private static final int MOST_ADDITIONALS = 2;

    /** What a message comes to. */
    sealed interface Read {
        /** A question. */
        record Asked(DnsQuestion question) implements Read {}

        /** No question that can be answered otherwise. @param code {@link Reply#FORMAT_ERROR} and the like */
        record Refused(int id, int flags, int code) implements Read {}

        /** Nothing that one answers to: too short, or an answer itself. */
        record Ignored() implements Read {}
    }

    /** Reads a message, from the buffer's first byte that can be read to its last; neither moves. */
    static Read read(ByteBuf message) {
        ByteBuf in = message.slice();
        if (in.readableBytes() < HEADER) {
            return new Read.Ignored();
        }
        int id = in.readUnsignedShort();
        int flags = in.readUnsignedShort();
        if ((flags & RESPONSE) != 0) {
            return new Read.Ignored();
        }
        int opcode = (flags & OPCODE) >> OPCODE_SHIFT;
        if (opcode != 0 && opcode != NOTIFY) {
            return new Read.Refused(id, flags, Reply.NOT_IMPLEMENTED);
        }
        int questions = in.readUnsignedShort();
        int answers = in.readUnsignedShort();
        int authorities = in.readUnsignedShort();
        int additionals = in.readUnsignedShort();
        boolean usual = questions == 1
                && answers <= MOST_ANSWERS
                && authorities <= MOST_ANSWERS
                && additionals <= MOST_ADDITIONALS;
        if (!usual) {
            return new Read.Refused(id, flags, Reply.FORMAT_ERROR);
        }
        try {
            String name = DefaultDnsRecordDecoder.decodeName(in);
            int type = in.readUnsignedShort();
            int ofClass = in.readUnsignedShort();
            int end = in.readerIndex();
            int edns = edns(in, answers + authorities + additionals);
            return new Read.Asked(new DnsQuestion(id, flags, name, type, ofClass, end, edns));
        } catch (Exception e) {
            // Whatever the decoder throws means that it is no message.
            return new Read.Refused(id, flags, Reply.FORMAT_ERROR);
        }
    }

    private static int edns(ByteBuf in, int records) throws Exception {
        int edns = -1;
        for (int i = 0; i < records; i++) {
            DnsRecord record = DnsRecordDecoder.DEFAULT.decodeRecord(in);
            if (record == null) {
                throw new IndexOutOfBoundsException("a record is cut off");
            }
            if (record.type().equals(DnsRecordType.OPT)) {
                edns = record.dnsClass();
            }
            ReferenceCountUtil.release(record);
        }
        return edns;
    }

    /**
     * Whether the name stands in the message letter for letter, as one label after the other: only then its bytes may be used in an answer.
     */
    boolean isPlain() {
        return end - HEADER - 4 == name.length() + 1;
    }
}
