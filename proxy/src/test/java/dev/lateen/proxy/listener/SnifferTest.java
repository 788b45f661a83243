package dev.lateen.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnifferTest {
    private static final Duration FOR_EVER = Duration.ZERO;

    private final List<FirstBytes> decisions = new ArrayList<>();
    private EmbeddedChannel channel = sniffing(true, Sniffer.ClearText.HTTP, FOR_EVER, true);

    @AfterEach
    void nothingIsLeft() {
        channel.finishAndReleaseAll();
    }

    @Test
    void clientHelloTellsServerNameAndProtocols() throws Exception {
        send(clientHello("Reviews.Example.com", "istio-http/1.1", "istio", "http/1.1"));
        assertThat(decisions)
                .containsExactly(
                        new FirstBytes(true, "reviews.example.com", List.of("istio-http/1.1", "istio", "http/1.1")));
    }

    @Test
    void clientHelloWithoutExtensionsIsStillTls() throws Exception {
        send(clientHello(""));
        assertThat(decisions).containsExactly(new FirstBytes(true, "", List.of()));
    }

    @Test
    void clientHelloMayComeByteByByteAndGoesOnWhole() throws Exception {
        byte[] hello = clientHello("a.example.com", "h2");
        for (int i = 0; i < hello.length; i++) {
            assertThat(decisions).isEmpty();
            send(new byte[] {hello[i]});
        }
        assertThat(decisions).containsExactly(new FirstBytes(true, "a.example.com", List.of("h2")));
        assertThat(passedOn()).isEqualTo(hello);
    }

    @Test
    void clientHelloMayBeSpreadOverRecords() throws Exception {
        byte[] hello = clientHello("a.example.com", "h2");
        ByteBuf records = Unpooled.buffer();
        int body = hello.length - 5;
        for (int from = 0; from < body; from += 100) {
            int length = Math.min(100, body - from);
            records.writeBytes(hello, 0, 3).writeShort(length).writeBytes(hello, 5 + from, length);
        }
        byte[] spread = ByteBufUtil.getBytes(records);
        for (byte b : spread) {
            send(new byte[] {b});
        }
        assertThat(decisions).containsExactly(new FirstBytes(true, "a.example.com", List.of("h2")));
        assertThat(passedOn()).isEqualTo(spread);
    }

    @Test
    void helloInThousandsOfTinyRecordsIsNotJoined() {
        ByteBuf records = Unpooled.buffer();
        records.writeByte(22).writeShort(0x0301).writeShort(4).writeByte(1).writeMedium(10_000);
        for (int i = 0; i < 100; i++) {
            records.writeByte(22).writeShort(0x0301).writeShort(1).writeByte(0);
        }
        send(ByteBufUtil.getBytes(records));
        assertThat(decisions).containsExactly(FirstBytes.UNKNOWN);
    }

    @Test
    void requestLineIsHttp11() {
        send("GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(decisions).extracting(FirstBytes::protocols).containsExactly(List.of("http/1.1"));
        assertThat(new String(passedOn(), StandardCharsets.US_ASCII)).startsWith("GET /x HTTP/1.1\r\nhost");
    }

    @Test
    void requestLineMayComeByteByByte() {
        for (char c : "POST / HTTP/1.0\n".toCharArray()) {
            assertThat(decisions).isEmpty();
            send(String.valueOf(c));
        }
        assertThat(decisions).extracting(FirstBytes::protocols).containsExactly(List.of("http/1.0"));
    }

    @Test
    void http2PrefaceIsH2c() {
        for (char c : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".toCharArray()) {
            assertThat(decisions).isEmpty();
            send(String.valueOf(c));
        }
        assertThat(decisions).extracting(FirstBytes::protocols).containsExactly(List.of("h2c"));
    }

    @Test
    void otherTextIsUnknownAtTheFirstByteThatTells() {
        send("\u0000");
        assertThat(decisions).containsExactly(FirstBytes.UNKNOWN);
    }

    @Test
    void lineThatIsNoRequestIsUnknown() {
        for (String line :
                List.of("SSH-2.0-OpenSSH_9.6 Debian\r\n", "GET HTTP/1.1\r\n", "GET / HTTP/2.0\r\n", "EHLO\n", " \n")) {
            channel.finishAndReleaseAll();
            decisions.clear();
            channel = sniffing(true, Sniffer.ClearText.HTTP, FOR_EVER, true);
            send(line);
            assertThat(decisions).as(line).containsExactly(FirstBytes.UNKNOWN);
        }
    }

    @Test
    void requestLineWithoutEndIsGivenUpAfter64Kib() {
        send("GET /");
        for (int i = 0; i < 65; i++) {
            send("x".repeat(1024));
        }
        assertThat(decisions).containsExactly(FirstBytes.UNKNOWN);
        assertThat(passedOn()).hasSize(5 + 65 * 1024);
    }

    @Test
    void silentClientGoesOnAsUnknownWhenTheTimeIsOver() {
        channel.finishAndReleaseAll();
        channel = sniffing(true, Sniffer.ClearText.HTTP, Duration.ofSeconds(15), true);
        send("GET");
        pass(14);
        assertThat(decisions).isEmpty();
        pass(1);
        assertThat(decisions).containsExactly(FirstBytes.UNKNOWN);
        assertThat(passedOn()).isEqualTo("GET".getBytes(StandardCharsets.US_ASCII));
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void silentClientIsClosedWhenTheListenerSaysSo() {
        channel.finishAndReleaseAll();
        channel = sniffing(true, Sniffer.ClearText.HTTP, Duration.ofSeconds(15), false);
        pass(15);
        assertThat(channel.isOpen()).isFalse();
        assertThat(decisions).isEmpty();
    }

    @Test
    void noTimeIsKeptOnceItIsDecided() {
        channel.finishAndReleaseAll();
        channel = sniffing(true, Sniffer.ClearText.HTTP, Duration.ofSeconds(15), false);
        send("GET / HTTP/1.1\r\n");
        pass(60);
        assertThat(channel.isOpen()).isTrue();
        assertThat(decisions).hasSize(1);
    }

    @Test
    void itRemovesItselfAndLaterBytesPass() {
        send("GET / HTTP/1.1\r\n");
        send("more");
        assertThat(channel.pipeline().get(Sniffer.class)).isNull();
        assertThat(new String(passedOn(), StandardCharsets.US_ASCII)).isEqualTo("GET / HTTP/1.1\r\nmore");
    }

    @Test
    void clientThatSaidAllIsDecidedAtOnce() {
        send("x");
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(decisions).containsExactly(FirstBytes.UNKNOWN);
        assertThat(passedOn()).isEqualTo("x".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void clientThatSaidNothingIsClosed() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(decisions).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void randomBytesNeverThrowAndNeverLeak() throws Exception {
        Random random = new Random(42);
        byte[] hello = clientHello("a.example.com", "h2", "http/1.1");
        for (int round = 0; round < 1000; round++) {
            channel.finishAndReleaseAll();
            channel = sniffing(true, Sniffer.ClearText.HTTP, FOR_EVER, true);
            byte[] bytes = round % 2 == 0 ? hello.clone() : new byte[random.nextInt(200)];
            if (round % 2 == 1) {
                random.nextBytes(bytes);
            }
            for (int i = 0; i < 1 + random.nextInt(4) && bytes.length > 0; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            send(java.util.Arrays.copyOfRange(bytes, 0, cut));
            send(java.util.Arrays.copyOfRange(bytes, cut, bytes.length));
            channel.checkException();
        }
    }

    private EmbeddedChannel sniffing(boolean tls, Sniffer.ClearText clearText, Duration timeout, boolean goOn) {
        EmbeddedChannel made = new EmbeddedChannel();
        made.freezeTime();
        made.pipeline().addLast(new Sniffer(tls, clearText, timeout, goOn, decisions::add));
        return made;
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    private void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void send(byte[] bytes) {
        channel.writeInbound(channel.alloc().buffer().writeBytes(bytes));
    }

    private byte[] passedOn() {
        ByteBuf all = Unpooled.buffer();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            all.writeBytes(part);
            part.release();
        }
        return ByteBufUtil.getBytes(all);
    }

    /** A real one, of the JDK. */
    static byte[] clientHello(String serverName, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (!serverName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        java.nio.ByteBuffer out =
                java.nio.ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        try {
            engine.wrap(java.nio.ByteBuffer.allocate(0), out);
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
        return java.util.Arrays.copyOf(out.array(), out.position());
    }
}
