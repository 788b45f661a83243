package dev.lateen.proxy.http.pool;

import dev.lateen.proxy.http.codec.ClientStream;
import dev.lateen.proxy.http.codec.StreamReset;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.HttpProtocol;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.upstream.CircuitBreaker;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends a GET as soon as it has a stream, and writes down what becomes of it. */
final class Asking implements StreamTaker {
    final List<String> told = new ArrayList<>();
    private final CircuitBreaker breaker;

    @Nullable
    PendingStream place;

    @Nullable
    ClientStream stream;

    Asking(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    @Override
    public void onStream(ClientStream opened, boolean reused) {
        told.add(reused ? "stream, used before" : "stream");
        stream = opened;
        opened.head(new RequestHead("GET", "/", "a", "http", HttpProtocol.HTTP_1_1, new HeaderMap()), true);
    }

    @Override
    public void onFailure(PoolFailure failure) {
        told.add(
                switch (failure) {
                    case PoolFailure.Overflow _ -> "overflow";
                    case PoolFailure.Connect connect -> connect.cause().transportFailureReason();
                });
    }

    @Override
    public void onInformational(ResponseHead head) {}

    @Override
    public void onHead(ResponseHead head, boolean end) {
        told.add(String.valueOf(head.status()));
        if (end) {
            breaker.releaseRequest();
        }
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
        data.release();
    }

    @Override
    public void onTrailers(HeaderMap trailers) {}

    @Override
    public void onReset(StreamReset reason) {
        told.add(reason.words());
        breaker.releaseRequest();
    }

    @Override
    public void onWritable() {}
}
