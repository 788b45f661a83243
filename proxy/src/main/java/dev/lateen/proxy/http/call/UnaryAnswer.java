package dev.lateen.proxy.http.call;

import dev.lateen.proxy.message.HeaderMap;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waits for the one message of an answer. */
final class UnaryAnswer implements GrpcListener {
    private final Consumer<CallOutcome<GrpcAnswer>> then;
    private @Nullable ByteBuf message;
    private boolean more;

    UnaryAnswer(Consumer<CallOutcome<GrpcAnswer>> then) {
        this.then = then;
    }

    @Override
    public void onMessage(ByteBuf content) {
        if (message == null) {
            message = content;
        } else {
            more = true;
        }
    }

    @Override
    public void onEnd(CallOutcome<HeaderMap> trailers) {
        then.accept(
                switch (trailers) {
                    case CallOutcome.Failed<HeaderMap>(CallFailure failure) -> new CallOutcome.Failed<>(failure);
                    case CallOutcome.Answered<HeaderMap>(HeaderMap last) -> answer(last);
                });
    }

    private CallOutcome<GrpcAnswer> answer(HeaderMap trailers) {
        ByteBuf only = message;
        return only == null || more
                ? new CallOutcome.Failed<>(GrpcEnd.internal(
                        (only == null ? "no message" : "more than one message") + " with status OK (expected: one)"))
                : new CallOutcome.Answered<>(new GrpcAnswer(only, trailers));
    }
}
