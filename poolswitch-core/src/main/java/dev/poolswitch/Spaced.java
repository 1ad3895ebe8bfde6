package dev.poolswitch;

/**
 * Lies in memory before what many threads write, so that it shares no cache line with what lies before it. Fields of a
 * class are laid out behind those of the class that it extends; what extends this one leaves as much space behind its own.
 */
abstract class Spaced {
    long before1;
    long before2;
    long before3;
    long before4;
    long before5;
    long before6;
    long before7;
}
