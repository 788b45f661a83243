package dev.lateen.proxy.http.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;

/** A server side that writes down what it reads. */
abstract class Http1ServerFixture {
    RecordingServer server = new RecordingServer();

    @AfterEach
    void releaseEverything() {
        server.channel.finishAndReleaseAll();
    }

    static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
