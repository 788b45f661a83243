package dev.lateen.proxy.message;

import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.Listener;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.model.TcpProxy;
import java.util.List;

/** Makes the observers of a filter chain when its configuration is compiled; safe for use by several threads. */
public interface Observers {
    /** For the exchanges of one connection manager. */
    ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction);

    /** For the sessions of one TCP chain. */
    TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> networkFilters, Listener.Direction direction);

    /** For the connections of one listener. */
    default ListenerObserver listener(Listener listener) {
        return ListenerObserver.NONE;
    }

    /** For the proxy's own calls. */
    default CallObserver calls() {
        return CallObserver.NONE;
    }

    /** Watches nothing. */
    Observers NONE = new Observers() {
        @Override
        public ExchangeObserver http(HttpConnectionManager manager, Listener.Direction direction) {
            return ExchangeObserver.NONE;
        }

        @Override
        public TcpObserver tcp(TcpProxy proxy, List<NetworkFilterConfig> networkFilters, Listener.Direction direction) {
            return TcpObserver.NONE;
        }
    };
}
