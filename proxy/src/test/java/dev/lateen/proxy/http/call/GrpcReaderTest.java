package dev.lateen.proxy.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.pool.HeldBodies;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** gRPC messages as they stand in DATA. */
class GrpcReaderTest {
    private final HeldBodies held = new HeldBodies();
    private final GrpcReader reader = new GrpcReader(10, held);

    private static ByteBuf message(int flag, int length, String content) {
        return Unpooled.buffer()
                .writeByte(flag)
                .writeInt(length)
                .writeBytes(content.getBytes(StandardCharsets.US_ASCII));
    }

    private static ByteBuf message(String content) {
        return message(0, content.length(), content);
    }

    /** All messages that these bytes are the ends of, and why there can be no more. */
    private List<String> read(ByteBuf data) {
        List<String> read = new ArrayList<>();
        while (true) {
            switch (reader.next(data)) {
                case GrpcReader.Part.Nothing _ -> {
                    return read;
                }
                case GrpcReader.Part.Message(ByteBuf content) -> read.add(content.toString(StandardCharsets.US_ASCII));
                case GrpcReader.Part.Broken(CallFailure why) -> {
                    read.add(why.text());
                    return read;
                }
            }
        }
    }

    private long room() {
        long room = 0;
        while (!held.full()) {
            held.add(1);
            room++;
        }
        held.remove(room);
        return room;
    }

    @Test
    void severalMessagesMayComeTogether() {
        assertThat(read(Unpooled.wrappedBuffer(message("one"), message(""), message("three"))))
                .containsExactly("one", "", "three");
        assertThat(reader.amid()).isFalse();
    }

    @Test
    void aMessageMayComeByteByByteAndIsCountedMeanwhile() {
        ByteBuf all = Unpooled.wrappedBuffer(message("one"), message("two"));
        List<String> read = new ArrayList<>();
        while (all.isReadable()) {
            read.addAll(read(all.readSlice(1)));
            boolean between = all.readerIndex() == 8 || !all.isReadable();
            assertThat(reader.amid()).isEqualTo(!between);
        }
        assertThat(read).containsExactly("one", "two");
        read(message(0, 10, "abc"));
        assertThat(room()).isEqualTo(HeldBodies.LIMIT - 3);
        reader.letGo();
        assertThat(room()).isEqualTo(HeldBodies.LIMIT);
    }

    @Test
    void aLongMessageIsRefusedByItsPrefix() {
        assertThat(read(message(0, 10, "0123456789"))).containsExactly("0123456789");
        assertThat(read(message(0, 11, ""))).containsExactly("answer longer than 10 bytes");
        reader.letGo();
        assertThat(read(message(0, -1, ""))).containsExactly("answer longer than 10 bytes");
    }

    @Test
    void aCompressedMessageIsRefusedAsNoneWasAskedFor() {
        assertThat(read(message(1, 3, "abc"))).singleElement().asString().startsWith("gRPC status 13: a compressed");
    }

    @Test
    void nothingMoreIsTakenOnceTooMuchIsHeld() {
        held.add(HeldBodies.LIMIT);
        assertThat(read(message("one"))).containsExactly("too much is held of bodies already");
    }
}
