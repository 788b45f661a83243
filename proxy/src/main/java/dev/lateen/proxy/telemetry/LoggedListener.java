package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ListenerObserver;
import dev.lateen.proxy.message.TcpSession;
import java.util.List;

/** {@code Listener.access_log}: told of every connection's end, and of those that no filter chain matched. */
record LoggedListener(ListenerObserver stats, List<AccessLog> logList) implements ListenerObserver {
    @Override
    public void onAccepted() {
        stats.onAccepted();
    }

    @Override
    public void onClosed() {
        stats.onClosed();
    }

    @Override
    public void onUnmatched(TcpSession session) {
        stats.onUnmatched(session);
        onOver(session);
    }

    @Override
    public boolean logs() {
        return true;
    }

    @Override
    public void onOver(TcpSession session) {
        for (AccessLog log : logList) {
            log.log(session);
        }
    }

    @Override
    public void onSecured() {
        stats.onSecured();
    }

    @Override
    public void onInsecure() {
        stats.onInsecure();
    }
}
