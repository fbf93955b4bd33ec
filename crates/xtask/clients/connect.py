"""python3 connect.py KIND NAME PORT: one connection to NAME:PORT, made by a part of Python or one of its libraries."""
import asyncio
import socket
import sys


def create_connection(name, port):
    socket.create_connection((name, port), 2).close()


def inet(name, port):
    with socket.socket() as made:
        made.connect((name, port))


def urllib(name, port):
    from urllib.request import ProxyHandler, build_opener

    build_opener(ProxyHandler({})).open(f"http://{name}:{port}/", timeout=2).read()


def stream(name, port):
    async def connect():
        _, writer = await asyncio.open_connection(name, port)
        writer.close()

    asyncio.run(connect())


def aiohttp(name, port):
    import aiohttp as library

    async def get():
        async with library.ClientSession() as session, session.get(f"http://{name}:{port}/") as answer:
            await answer.read()

    asyncio.run(get())


def requests(name, port):
    import requests as library

    library.get(f"http://{name}:{port}/", timeout=2)


def httpx(name, port):
    import httpx as library

    library.get(f"http://{name}:{port}/", timeout=2, trust_env=False)


def httpx_async(name, port):
    import httpx as library

    async def get():
        async with library.AsyncClient(timeout=2, trust_env=False) as client:
            await client.get(f"http://{name}:{port}/")

    asyncio.run(get())


def anyio(name, port):
    import anyio as library

    async def connect():
        await (await library.connect_tcp(name, port)).aclose()

    library.run(connect)


def tornado(name, port):
    from tornado.tcpclient import TCPClient

    async def connect():
        (await TCPClient().connect(name, port)).close()

    asyncio.run(connect())


def grpc(name, port):
    import grpc as library

    library.channel_ready_future(library.insecure_channel(f"{name}:{port}")).result(timeout=1)


def redis(name, port):
    import redis as library

    library.Redis(host=name, port=port, retry=None).ping()


def redis_asyncio(name, port):
    from redis.asyncio import Redis

    async def ping():
        await Redis(host=name, port=port, retry=None).ping()

    asyncio.run(ping())


def pymongo(name, port):
    from pymongo import MongoClient

    MongoClient(name, port, serverSelectionTimeoutMS=300, connectTimeoutMS=300).admin.command("ping")


def version(name, _):
    from importlib.metadata import version as of

    print(of(name))


globals()[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
