package dev.lateen.proxy.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.transport.MemoryLevel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http1ClientConnectionTest implements ClientConnection.Events {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Http1ClientConnection client = new Http1ClientConnection(
            this, new CodecLoop(channel.eventLoop(), () -> MemoryLevel.AMPLE), CodecLimits.DEFAULT);
    private int capacityTold;
    private boolean closedTold;

    Http1ClientConnectionTest() {
        channel.pipeline().addLast(client);
    }

    @AfterEach
    void releaseEverything() {
        channel.finishAndReleaseAll();
    }

    @Override
    public void onCapacity(ClientConnection connection) {
        capacityTold++;
    }

    @Override
    public void onClosed(ClientConnection connection) {
        closedTold = true;
    }

    private static final class Response implements ResponseSink {
        final List<Integer> informational = new ArrayList<>();
        final StringBuilder body = new StringBuilder();

        @Nullable
        ResponseHead head;

        @Nullable
        HeaderMap trailers;

        @Nullable
        StreamReset reset;

        boolean ended;

        @Override
        public void onInformational(ResponseHead informed) {
            informational.add(informed.status());
        }

        @Override
        public void onHead(ResponseHead received, boolean end) {
            head = received;
            ended = end;
        }

        @Override
        public void onData(ByteBuf data, boolean end) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            data.release();
            ended |= end;
        }

        @Override
        public void onTrailers(HeaderMap last) {
            trailers = last;
            ended = true;
        }

        @Override
        public void onReset(StreamReset reason) {
            reset = reason;
        }

        @Override
        public void onWritable() {}
    }

    private Response request(String method) {
        Response response = new Response();
        HeaderMap headers = new HeaderMap();
        headers.add("x-a", "b");
        client.open(response)
                .head(new RequestHead(method, "/p", "host.example", "http", HttpProtocol.HTTP_1_1, headers), true);
        return response;
    }

    private void receive(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private String sent() {
        channel.runPendingTasks();
        StringBuilder out = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            out.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return out.toString();
    }

    @Test
    void aRequestIsWrittenWithItsHost() {
        request("GET");
        assertThat(sent()).isEqualTo("GET /p HTTP/1.1\r\nhost: host.example\r\nx-a: b\r\n\r\n");
    }

    @Test
    void aConnectionIsUsedAgainAfterAWholeResponse() {
        Response first = request("GET");
        assertThat(client.capacity()).isZero();
        receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=7, max=9\r\n\r\nok");

        assertThat(first.body).hasToString("ok");
        assertThat(first.ended).isTrue();
        assertThat(client.capacity()).isEqualTo(1);
        assertThat(client.keepAliveSeconds()).isEqualTo(7);
        assertThat(capacityTold).isEqualTo(1);
        Response second = request("GET");
        receive("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(second.head).isNotNull();
        assertThat(second.head.status()).isEqualTo(204);
        assertThat(second.ended).isTrue();
    }

    @Test
    void continueAndHintsComeBeforeTheAnswer() {
        Response response = request("GET");
        receive("HTTP/1.1 100 Continue\r\n\r\n"
                + "HTTP/1.1 103 Early Hints\r\n"
                + "link: </x>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\n"
                + "content-length: 0\r\n\r\n");

        assertThat(response.informational).containsExactly(100, 103);
        assertThat(response.head).isNotNull();
        assertThat(response.head.status()).isEqualTo(200);
        assertThat(response.ended).isTrue();
    }

    @Test
    void aHeadResponseHasNoBodyWhateverItSays() {
        Response response = request("HEAD");
        receive("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");

        assertThat(response.ended).isTrue();
        assertThat(client.capacity()).isEqualTo(1);
    }

    @Test
    void aBodyMayLastUntilTheConnectionEnds() {
        Response response = request("GET");
        receive("HTTP/1.0 200 OK\r\n\r\nabc");
        assertThat(response.ended).isFalse();
        channel.close();

        assertThat(response.body).hasToString("abc");
        assertThat(response.ended).isTrue();
        assertThat(response.reset).isNull();
    }

    @Test
    void aBodyCutShortIsAReset() {
        Response response = request("GET");
        receive("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
        channel.close();

        assertThat(response.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        assertThat(response.ended).isFalse();
    }

    @Test
    void chunksAndTrailersAreRead() {
        Response response = request("GET");
        receive("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\ngrpc-status: 0\r\n\r\n");

        assertThat(response.body).hasToString("abc");
        assertThat(response.trailers).hasToString("grpc-status: 0\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n",
                "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
                "HTTP/1.1 200 OK\nx: y\n\n",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            })
    void aMalformedResponseIsAProtocolErrorAndEndsTheConnection(String text) {
        Response response = request("GET");
        receive(text);

        assertThat(response.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
        assertThat(channel.isOpen()).isFalse();
        assertThat(closedTold).isTrue();
    }

    @Test
    void bytesThatNobodyAskedForEndTheConnection() {
        receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(channel.isOpen()).isFalse();
        assertThat(client.capacity()).isZero();
    }

    @Test
    void aSecondAnswerIsNobodys() {
        Response response = request("GET");
        receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

        assertThat(response.ended).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aServerThatClosesAfterwardsIsNotUsedAgain() {
        request("GET");
        receive("HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n");

        assertThat(client.capacity()).isZero();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void anAnswerBeforeTheRequestsEndEndsTheConnection() {
        Response response = new Response();
        client.open(response)
                .head(new RequestHead("POST", "/", "h", "http", HttpProtocol.HTTP_1_1, new HeaderMap()), false);
        receive("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");

        assertThat(response.ended).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    /** RFC 9112 section 5.2, as Envoy since 1.29. */
    @Test
    void aFoldedValueIsJoinedByABlank() {
        Response response = request("GET");
        receive("HTTP/1.1 200 OK\r\n"
                + "x-cert: -----BEGIN \r\n"
                + "\tabc\r\n"
                + " \t END\r\n"
                + "x-b:\r\n"
                + "  c\r\n"
                + " \r\n"
                + "content-length: 2\r\n\r\n"
                + "ok");
        assertThat(response.head).isNotNull();
        assertThat(response.head.headers()).hasToString("x-cert: -----BEGIN abc END\nx-b: c\ncontent-length: 2\n");
        assertThat(response.body).hasToString("ok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\n x: y\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length:\r\n 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\ntransfer-encoding:\r\n\tchunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nx: y\r\n \u0001\r\n\r\n",
            })
    void whatFramesAMessageIsNotFolded(String text) {
        Response response = request("GET");
        receive(text);
        assertThat(response.reset).isEqualTo(StreamReset.PROTOCOL_ERROR);
    }
}
