package dev.lateen.proxy.http.filter;

/** What a filter may ask of the connection it runs on. */
public interface FilterContext {
    /** True with the given chance in millionths (0 to 1,000,000); drawn from the injected source of chance. */
    boolean chance(int millionths);
}
