package dev.lateen.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.Observers;
import dev.lateen.proxy.message.TcpObserver;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The TCP sessions of a test as they open and end. */
final class WatchedSessions implements Observers {
    final BlockingQueue<TcpSession> opened = new LinkedBlockingQueue<>();
    final BlockingQueue<TcpSession> ended = new LinkedBlockingQueue<>();

    @Override
    public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
        return ExchangeObserver.NONE;
    }

    @Override
    public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> filters, Listener.Direction direction) {
        return new TcpObserver() {
            @Override
            public void onOpen(TcpSession session) {
                opened.add(session);
            }

            @Override
            public void onClose(TcpSession session) {
                ended.add(session);
            }
        };
    }

    /** The session that ends next. */
    TcpSession nextEnded() throws InterruptedException {
        TcpSession session = ended.poll(30, TimeUnit.SECONDS);
        assertThat(session).as("a session that ended").isNotNull();
        return session;
    }
}
