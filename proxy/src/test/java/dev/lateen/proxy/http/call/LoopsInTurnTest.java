package dev.lateen.proxy.http.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.http.call.CallFixture.Told;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which event loop makes a call that comes from any thread. */
class LoopsInTurnTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final List<EventLoop> loops = new ArrayList<>();
    private final BlockingQueue<EventLoop> used = new LinkedBlockingQueue<>();
    private final CallLoops calls;

    LoopsInTurnTest() {
        group.forEach(loop -> loops.add((EventLoop) loop));
        calls = new LoopsInTurn(loops, loop -> {
            assertThat(loop.inEventLoop()).isTrue();
            used.add(loop);
            return new EndedCalls();
        });
    }

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private EventLoop next() throws InterruptedException {
        return used.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void otherThreadsUseThemInTurn() throws Exception {
        for (int i = 0; i < 2; i++) {
            calls.call(_ -> Pending.OVER);
            calls.call(_ -> Pending.OVER);
            assertThat(List.of(next(), next())).containsExactlyInAnyOrderElementsOf(loops);
        }
    }

    @Test
    void onAnEventLoopTheCallIsMadeThereAtOnce() throws Exception {
        for (EventLoop loop : loops) {
            CompletableFuture<Boolean> atOnce = new CompletableFuture<>();
            loop.execute(() -> {
                boolean[] made = {false};
                calls.call(_ -> {
                    made[0] = true;
                    return Pending.OVER;
                });
                atOnce.complete(made[0]);
            });
            assertThat(atOnce.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(next()).isSameAs(loop);
        }
    }

    @Test
    void aCallIsGivenUpFromAnyThreadOnItsOwnLoop() throws Exception {
        CompletableFuture<EventLoop> givenUp = new CompletableFuture<>();
        Pending call = calls.call(_ -> () -> givenUp.complete(
                loops.stream().filter(EventLoop::inEventLoop).findFirst().orElseThrow()));
        call.cancel();
        assertThat(givenUp.get(30, TimeUnit.SECONDS)).isSameAs(next());
    }

    @Test
    void whatIsCancelledBeforeItHasBegunDoesNotBegin() throws Exception {
        EventLoop only = loops.getFirst();
        CallLoops one = new LoopsInTurn(List.of(only), _ -> new EndedCalls());
        CompletableFuture<Pending> call = new CompletableFuture<>();
        only.execute(() -> call.join().cancel());
        CompletableFuture<String> begun = new CompletableFuture<>();
        call.complete(one.call(_ -> {
            begun.complete("begun");
            return Pending.OVER;
        }));
        only.execute(() -> begun.complete("not begun"));
        assertThat(begun.get(30, TimeUnit.SECONDS)).isEqualTo("not begun");
    }

    @Test
    void onceTheLoopsHaveEndedSoHasEveryCall() throws Exception {
        close();
        Told http = new Told();
        Told unary = new Told();
        ByteBuf body = CallFixture.bytes("body");
        ByteBuf message = CallFixture.bytes("message");
        Pending call = calls.call(by -> by.http(
                "c", HttpCall.post("a", "/", "text/plain", body), CallLimits.of(CallFixture.PATIENCE), http::http));
        calls.call(by ->
                by.unary("c", new GrpcCall("a", "s", "m"), message, CallLimits.of(CallFixture.PATIENCE), unary::grpc));
        call.cancel();
        assertThat(http.words()).isEqualTo("the proxy ends");
        assertThat(unary.words()).isEqualTo("the proxy ends");
        assertThat(body.refCnt() + message.refCnt()).isZero();
        assertThat(used).isEmpty();
    }
}
