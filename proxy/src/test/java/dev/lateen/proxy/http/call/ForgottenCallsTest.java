package dev.lateen.proxy.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.pool.FakeNetwork.Server;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls whose answers nobody wants, such as mirrored requests. */
class ForgottenCallsTest extends CallLoopFixture {
    private void forget(@Nullable ByteBuf body) {
        RequestHead head = new RequestHead("POST", "/", "a", "http", HttpProtocol.HTTP_1_1, new HeaderMap());
        calls.forget(cluster(), new HttpCall(head, body), Duration.ofMinutes(1));
    }

    // --- answers nobody wants

    @Test
    void whileItWaitsItsBodyCountsAmongThoseThatAreHeld() {
        forget(zeros((int) HeldBodies.LIMIT));
        assertThat(held.full()).isTrue();
        network.accept();
        assertThat(held.full()).isFalse();
    }

    @Test
    void aBodyThatCannotBeSentIsHeldNoLonger() {
        ByteBuf body = zeros((int) HeldBodies.LIMIT);
        forget(body);
        network.refuse();
        assertThat(held.full()).isFalse();
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void anAnswerThatNobodyWantsIsReadHoweverLongItIs() {
        forget(null);
        Server server = network.accept();
        int much = 2 * CodecLimits.HELD_BODY;
        server.answers("HTTP/1.1 200 OK\r\ncontent-length: " + much + "\r\n\r\n");
        server.channel.writeInbound(zeros(much));
        assertThat(server.isOpen()).isTrue();
        nothingIsLeft();
    }

    @Test
    void onceItIsAnsweredNoTimerRemembersIt() {
        forget(null);
        network.accept().answersNothing();
        noTimerIsLeft();
    }

    @Test
    void aHostThatDoesNotAnswerIsGivenUpAfterTheLimit() {
        forget(null);
        Server server = network.accept();
        pass(Duration.ofSeconds(61));
        assertThat(server.isOpen()).isFalse();
        nothingIsLeft();
        assertThat(cluster().stats().requests().timeout()).isEqualTo(1);
    }
}
