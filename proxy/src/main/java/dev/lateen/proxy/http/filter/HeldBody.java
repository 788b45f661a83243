package dev.lateen.proxy.http.filter;

/** The beginning of a request's body, held for a filter that wished to see it. Used on the exchange's event loop; of no use once it was sent on. */
public interface HeldBody {
    /** How much is here, in bytes. */
    long size();

    /** Whether that is all of it. */
    boolean isComplete();

    /** A copy of its beginning. @param most bytes */
    byte[] bytes(int most);
}
