package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.PeerMetadata;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PeerExchangeTest {
    private static final byte[] OWN = PeerExchange.greeting("sidecar~1", Map.of("WORKLOAD_NAME", "reviews-v1"));

    private final List<PeerMetadata> heard = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new PeerExchange(OWN, heard::add));

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf bytes(byte[] bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    private String passedOn() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            text.append(part.toString(StandardCharsets.US_ASCII));
            part.release();
        }
        return text.toString();
    }

    @Test
    void oursIsSentAtOnce() {
        ByteBuf sent = channel.readOutbound();
        assertThat(ByteBufUtil.getBytes(sent)).isEqualTo(OWN);
        assertThat(sent.getInt(0)).isEqualTo(0x3D230467);
        assertThat(sent.getInt(4)).isEqualTo(OWN.length - 8);
        sent.release();
    }

    @Test
    void theirsIsTakenHoweverItIsTornAndTheRestPassesOn() {
        byte[] theirs =
                PeerExchange.greeting("sidecar~2", Map.of("WORKLOAD_NAME", "ratings-v1", "NAMESPACE", "bookinfo"));
        for (byte one : theirs) {
            assertThat(heard).isEmpty();
            channel.writeInbound(bytes(new byte[] {one}));
        }
        channel.writeInbound(bytes("hello".getBytes(StandardCharsets.US_ASCII)));
        assertThat(heard).singleElement().satisfies(peer -> {
            assertThat(peer.workload()).isEqualTo("ratings-v1");
            assertThat(peer.namespace()).isEqualTo("bookinfo");
        });
        assertThat(passedOn()).isEqualTo("hello");
        assertThat(channel.pipeline().get(PeerExchange.class)).isNull();
    }

    @Test
    void whatFollowsInTheSamePacketPassesOn() {
        channel.writeInbound(bytes(OWN).copy(), bytes("hello".getBytes(StandardCharsets.US_ASCII)));
        assertThat(passedOn()).isEqualTo("hello");
    }

    @Test
    void aPeerThatSaysNothingOfItselfIsUnknown() {
        channel.writeInbound(bytes("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII)));
        assertThat(heard).containsExactly(PeerMetadata.UNKNOWN);
        assertThat(passedOn()).isEqualTo("GET / HTTP/1.1");
    }

    @Test
    void whatCannotBeReadIsUnknown() {
        channel.writeInbound(bytes(new byte[] {0x3D, 0x23, 0x04, 0x67, 0, 0, 0, 2, -1, -1, 'x'}));
        assertThat(heard).containsExactly(PeerMetadata.UNKNOWN);
        assertThat(passedOn()).isEqualTo("x");
    }

    @Test
    void anEndlessOneEndsTheConnection() {
        channel.writeInbound(bytes(new byte[] {0x3D, 0x23, 0x04, 0x67, 0x7f, 0, 0, 0, 'x'}));
        assertThat(channel.isOpen()).isFalse();
        assertThat(heard).isEmpty();
    }
}
